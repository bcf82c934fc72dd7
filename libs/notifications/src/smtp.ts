import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { createTransport } from 'nodemailer';
import { Config } from '#libs/config';
import { AppError } from '#libs/kernel';
import type { ReadableMail } from './persistence/mail.repository.js';

const TIMEOUT_MS = 15_000;

/** The mail server, where there is one. */
@Injectable()
export class Smtp implements OnModuleDestroy {
	private readonly transport;
	private readonly from: string;
	private readonly domain: string;

	constructor(config: Config) {
		const { SMTP_URL, MAIL_FROM } = config.mail;
		this.from = MAIL_FROM;
		this.domain = /@([\w.-]+)/.exec(MAIL_FROM)?.[1] ?? 'localhost';
		this.transport = SMTP_URL === undefined ? undefined : createTransport(smtpOptions(SMTP_URL));
	}

	get isConfigured(): boolean {
		return this.transport !== undefined;
	}

	/**
	 * A mail that is sent twice has one Message-ID.
	 * @throws AppError invalid `mail_refused` for good; unavailable `mail_unavailable` for now
	 */
	async send({ id, recipient, subject, text, html }: ReadableMail): Promise<void> {
		try {
			await this.transport?.sendMail({
				from: this.from,
				to: { name: '', address: recipient },
				subject,
				text,
				html,
				messageId: `<${id}@${this.domain}>`,
				headers: { 'Auto-Submitted': 'auto-generated' },
				disableFileAccess: true,
				disableUrlAccess: true,
			});
		} catch (error) {
			throw failure(error);
		}
	}

	onModuleDestroy(): void {
		this.transport?.close();
	}
}

const smtpOptions = (url: string) => ({
	url,
	connectionTimeout: TIMEOUT_MS,
	greetingTimeout: TIMEOUT_MS,
	socketTimeout: TIMEOUT_MS,
	disableFileAccess: true,
	disableUrlAccess: true,
});

/** Servers answer 5xx when another try cannot help; wrong logins can be mended. */
function failure(cause: unknown): AppError {
	const { responseCode, code } = cause as { responseCode?: unknown; code?: unknown };
	if (typeof responseCode === 'number' && responseCode >= 500 && code !== 'EAUTH')
		return new AppError('invalid', 'mail_refused', `The mail server refused the mail (${responseCode})`, { cause });
	return new AppError('unavailable', 'mail_unavailable', 'The mail server cannot be used right now', { cause });
}
