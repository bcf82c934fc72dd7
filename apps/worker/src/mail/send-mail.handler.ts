import { sendMail } from '#libs/jobs';
import type { Scope } from '#libs/kernel';
import { MailDelivery } from '#libs/notifications';
import { HandlesJob, type JobHandler } from '../runner/job-handler.js';

@HandlesJob(sendMail)
export class SendMailHandler implements JobHandler<{ mailId: string }> {
	constructor(private readonly delivery: MailDelivery) {}

	async handle(scope: Scope, { mailId }: { mailId: string }): Promise<void> {
		await this.delivery.deliver(scope, mailId);
	}
}
