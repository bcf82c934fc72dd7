import type { INestApplicationContext } from '@nestjs/common';
import { eventually, MailServer, type ReceivedMail } from '#libs/testing';
import { OutboxRelay } from '../../../worker/src/relay/outbox-relay.js';
import { drain } from '../../../worker/src/run-worker.js';
import { JobRunner } from '../../../worker/src/runner/job-runner.js';
import { aWorker } from '../../../worker/test/support/start.js';

/** A real worker with a real mail server: what people get to read. */
export class PostOffice {
	private constructor(
		readonly worker: INestApplicationContext,
		private readonly server: MailServer,
	) {}

	static async open(settings: Record<string, string> = {}): Promise<PostOffice> {
		const server = await MailServer.start();
		const worker = await aWorker({ SMTP_URL: server.url, MAIL_FROM: 'Parallama <gateway@example.org>', ...settings });
		worker.get(JobRunner).start();
		worker.get(OutboxRelay).start();
		return new PostOffice(worker, server);
	}

	get all(): readonly ReceivedMail[] {
		return this.server.received;
	}

	subjectsTo(address: string): string[] {
		return this.all.filter(({ to }) => to === address).map(({ parsed }) => parsed.subject ?? '');
	}

	/** Waits for a mail with that subject. */
	async mail(to: string, subject: string): Promise<ReceivedMail> {
		return eventually(async () => this.all.findLast((mail) => mail.to === to && mail.parsed.subject === subject));
	}

	/** The code in a mail that has one. */
	async code(to: string, subject: string): Promise<string> {
		const { parsed } = await this.mail(to, subject);
		return /plc_[\w-]{43}/.exec(parsed.text ?? '')?.[0] ?? '';
	}

	async close(): Promise<void> {
		await drain(this.worker, 5_000);
		await this.server.stop();
	}
}
