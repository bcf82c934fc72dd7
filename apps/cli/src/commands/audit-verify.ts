import type { ChainHead } from '#libs/audit';
import { ConfigError } from '#libs/config';
import { AppError } from '#libs/kernel';
import { organizationExplanation, organizationOption, withServices } from '../application.js';
import { type Command, type Invocation, textOption, UsageError } from '../command.js';
import { list, printResult, table } from '../output.js';
import { loadConfig } from '../settings.js';

export const command: Command = {
	usage: 'audit verify [--head <sequence>:<hash>] [--organization <slug>]',
	options: { head: { type: 'string' }, ...organizationOption },
	explanations: {
		head: 'What an earlier run printed as head; shows whether the newest events were removed since',
		...organizationExplanation,
	},
	async run(invocation) {
		const head = headOf(invocation);
		if (loadConfig(invocation.terminal).secrets.ENCRYPTION_KEY === undefined)
			throw new ConfigError(['ENCRYPTION_KEY is not set: the chain is checked with the key that made it']);
		const verdict = await withServices(invocation, ({ scope, auditVerifier }) => auditVerifier.verify(scope, head));
		const { sealed, waiting, problems } = verdict;
		const newHead = `${verdict.head.sequence}:${verdict.head.hash}`;
		printResult(
			invocation,
			verdict,
			() =>
				list({ sealed, waiting, head: newHead, problems: problems.length }) +
				(problems.length === 0
					? ''
					: table(
							['problem', 'sequence', 'event', 'what'],
							problems.map(({ kind, sequence, eventId, message }) => [kind, sequence, eventId, message]),
						)),
		);
		if (problems.length > 0)
			throw new AppError('conflict', 'audit_log_altered', 'The audit log is not what was written');
	},
};

function headOf(invocation: Invocation): ChainHead | undefined {
	const text = textOption(invocation, 'head');
	if (text === undefined) return undefined;
	const [, sequence, hash] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text) ?? [];
	if (sequence === undefined || hash === undefined)
		throw new UsageError('--head must be a number, a colon and 64 hexadecimal digits, as audit verify prints it');
	return { sequence: Number(sequence), hash };
}
