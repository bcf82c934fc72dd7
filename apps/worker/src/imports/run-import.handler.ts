import { ImportRunner } from '#libs/exchange';
import { runImport } from '#libs/jobs';
import type { Scope } from '#libs/kernel';
import { HandlesJob, type JobHandler } from '../runner/job-handler.js';

@HandlesJob(runImport)
export class RunImportHandler implements JobHandler<{ importId: string }> {
	constructor(private readonly runner: ImportRunner) {}

	handle(scope: Scope, { importId }: { importId: string }): Promise<void> {
		return this.runner.run(scope, importId);
	}
}
