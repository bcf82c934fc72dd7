import type { Config } from '#libs/config';
import { newId, SYSTEM_ORGANIZATION_ID, systemScope } from '#libs/kernel';
import { storageOf } from '#libs/storage';
import { type Finding, ok, problem, reasonOf, warning } from './finding.js';

/** Whether a file can be written, read and removed where files are kept. */
export async function examineStorage(config: Config): Promise<Finding[]> {
	const where = config.storage.STORAGE_URL ?? 'the folder files in DATA_DIR';
	const scope = systemScope(SYSTEM_ORGANIZATION_ID, 'doctor', newId());
	const path = `doctor/${newId()}`;
	try {
		const storage = storageOf(config.storage);
		await storage.put(scope, path, oneChunk('probe'));
		const size = await storage.size(scope, path);
		await storage.delete(scope, path);
		if (size !== 5) return [problem('storage', `${where} lost what was written`, 'look at its logs')];
		return [ok('storage', where)];
	} catch (error) {
		return [
			problem(
				'storage',
				`${where}: ${reasonOf(error)}`,
				'does the folder or bucket exist, and may this process write there?',
			),
		];
	}
}

async function* oneChunk(text: string): AsyncIterable<Uint8Array> {
	yield await Promise.resolve(Buffer.from(text));
}

/** Without a mail server people get no mails. */
export function examineMail(config: Config): Finding[] {
	if (config.mail.SMTP_URL !== undefined) return [ok('mail', 'a server is named')];
	return [warning('mail', 'SMTP_URL is not set: mails are kept for operators, nobody gets them', 'set SMTP_URL')];
}
