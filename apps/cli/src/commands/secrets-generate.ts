import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateSecrets, secretFiles } from '#libs/installation';
import { type Command, type Invocation, textOption, UsageError } from '../command.js';
import { printResult } from '../output.js';

export const command: Command = {
	usage: 'secrets generate [--directory <path>]',
	options: { directory: { type: 'string' }, database: { type: 'string' }, redis: { type: 'string' } },
	explanations: {
		directory: 'Write files there instead, one for each secret, with logins for PostgreSQL and Redis',
		database: 'Host of PostgreSQL in those files, with a port where it is not 5432; by default postgres',
		redis: 'Host of Redis in those files, with a port where it is not 6379; by default redis',
	},
	async run(invocation) {
		const directory = textOption(invocation, 'directory');
		if (directory !== undefined) return writeFiles(invocation, directory);
		const secrets = generateSecrets();
		printResult(invocation, secrets, () =>
			Object.entries(secrets)
				.map(([name, value]) => `${name}=${value}\n`)
				.join(''),
		);
	},
};

/** Readable by all, in a folder that is not: containers see single files of it, as users that this machine does not have. */
function writeFiles(invocation: Invocation, directory: string): void {
	const files = secretFiles({
		database: textOption(invocation, 'database') ?? 'postgres',
		redis: textOption(invocation, 'redis') ?? 'redis',
	});
	mkdirSync(directory, { recursive: true, mode: 0o700 });
	for (const [name, content] of Object.entries(files)) writeNew(join(directory, name), content);
	const names = Object.keys(files);
	printResult(invocation, { directory, files: names }, () => `${names.length} files are in ${directory}\n`);
}

function writeNew(path: string, content: string): void {
	try {
		writeFileSync(path, content, { flag: 'wx', mode: 0o644 });
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
		const message = `${path} is there already: secrets in use are not replaced. Choose an empty folder`;
		throw new UsageError(message, { cause: error });
	}
}
