import type { AddressInfo } from 'node:net';
import { type ParsedMail, simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';

/** What happens to the next mails, in order; afterwards they are taken. */
export type SmtpFault = 'busy' | 'refuse' | 'lose-answer';

export interface ReceivedMail {
	readonly from: string;
	readonly to: string;
	readonly parsed: ParsedMail;
	/** As it came over the wire. */
	readonly raw: string;
}

/** A real mail server on a free port of the loopback, that wants a login and keeps what it gets. */
export class MailServer {
	readonly received: ReceivedMail[] = [];
	readonly faults: SmtpFault[] = [];

	private constructor(
		private readonly server: SMTPServer,
		private readonly port: () => number,
	) {}

	static async start(): Promise<MailServer> {
		const server: SMTPServer = new SMTPServer({
			disabledCommands: ['STARTTLS'],
			authOptional: false,
			allowInsecureAuth: true,
			closeTimeout: 100, // its timer outlives the server
			onAuth: ({ username, password }, _session, done) => {
				if (username === 'mailer' && password === 'mail-password') done(null, { user: username });
				else done(new Error('wrong login'));
			},
			onData: (stream, session, done) => {
				const chunks: Buffer[] = [];
				stream.on('data', (chunk: Buffer) => chunks.push(chunk));
				stream.on('end', () => {
					const { mailFrom, rcptTo } = session.envelope;
					const from = mailFrom === false ? '' : mailFrom.address;
					const to = rcptTo.map(({ address }) => address).join(',');
					const raw = Buffer.concat(chunks).toString('utf8');
					simpleParser(raw, (error, parsed) => done(error ?? self.take({ from, to, raw, parsed })));
				});
			},
		});
		server.on('error', () => undefined); // clients that go away
		await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
		const self = new MailServer(server, () => (server.server.address() as AddressInfo).port);
		return self;
	}

	get url(): string {
		return `smtp://mailer:mail-password@127.0.0.1:${this.port()}`;
	}

	/** The newest mail to an address. */
	to(address: string): ReceivedMail | undefined {
		return this.received.findLast((mail) => mail.to === address);
	}

	async stop(): Promise<void> {
		await new Promise<void>((resolve) => {
			this.server.close(resolve);
		});
	}

	/** Returns what goes wrong with it. */
	private take(mail: ReceivedMail): Error | undefined {
		const fault = this.faults.shift();
		if (fault === 'busy') return Object.assign(new Error('try later'), { responseCode: 451 });
		if (fault === 'refuse') return Object.assign(new Error('no such mailbox'), { responseCode: 550 });
		this.received.push(mail);
		return fault === 'lose-answer' ? Object.assign(new Error('lost'), { responseCode: 421 }) : undefined;
	}
}
