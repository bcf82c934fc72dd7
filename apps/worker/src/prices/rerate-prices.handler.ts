import { reratePrices } from '#libs/jobs';
import type { Scope } from '#libs/kernel';
import { Rerater } from '#libs/metering';
import { HandlesJob, type JobHandler } from '../runner/job-handler.js';

@HandlesJob(reratePrices)
export class ReratePricesHandler implements JobHandler<{ reratingId: string }> {
	constructor(private readonly rerater: Rerater) {}

	async handle(scope: Scope, { reratingId }: { reratingId: string }): Promise<void> {
		await this.rerater.run(scope, reratingId);
	}
}
