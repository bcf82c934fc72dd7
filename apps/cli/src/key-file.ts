import { readFileSync } from 'node:fs';
import { type Invocation, textOption, UsageError } from './command.js';

/** Secrets are not options: others on the machine can read command lines. */
export const keyFileOption = { 'api-key-file': { type: 'string' } } as const;
export const keyFileExplanation = {
	'api-key-file': 'File with the credential; /dev/stdin reads it from a pipe',
} as const;

/** What the named file holds. @throws UsageError when it cannot be read or holds no credential */
export function apiKeyOf(invocation: Invocation): string | undefined {
	const file = textOption(invocation, 'api-key-file');
	if (file === undefined) return undefined;
	let apiKey: string;
	try {
		apiKey = readFileSync(file, 'utf8').trim();
	} catch (cause) {
		throw new UsageError('--api-key-file cannot be read', { cause });
	}
	if (!/^[\x21-\x7e]{1,4096}$/.test(apiKey)) throw new UsageError('--api-key-file holds no credential');
	return apiKey;
}
