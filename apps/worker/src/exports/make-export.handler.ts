import { ExportMaker } from '#libs/exchange';
import { makeExport } from '#libs/jobs';
import type { Scope } from '#libs/kernel';
import { HandlesJob, type JobHandler } from '../runner/job-handler.js';

@HandlesJob(makeExport)
export class MakeExportHandler implements JobHandler<{ exportId: string }> {
	constructor(private readonly maker: ExportMaker) {}

	handle(scope: Scope, { exportId }: { exportId: string }): Promise<void> {
		return this.maker.make(scope, exportId);
	}
}
