import { RemovedFilesService } from '#libs/conversations';
import { ExportMaker, ImportRunner } from '#libs/exchange';
import { sweepFiles } from '#libs/jobs';
import { type Scope, systemScope } from '#libs/kernel';
import { OrganizationWalk } from '#libs/metering';
import { HandlesJob, type JobHandler } from '../runner/job-handler.js';

@HandlesJob(sweepFiles)
export class SweepFilesHandler implements JobHandler<Record<string, never>> {
	constructor(
		private readonly organizations: OrganizationWalk,
		private readonly exports: ExportMaker,
		private readonly imports: ImportRunner,
		private readonly files: RemovedFilesService,
	) {}

	async handle({ requestId }: Scope): Promise<void> {
		for (const id of await this.organizations.ids()) {
			const scope = systemScope(id, sweepFiles.name, requestId);
			await this.exports.expire(scope);
			await this.imports.expire(scope);
			await this.files.sweep(scope);
		}
	}
}
