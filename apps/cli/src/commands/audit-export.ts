import { z } from 'zod';
import { organizationExplanation, organizationOption, withServices } from '../application.js';
import { type Command, type Invocation, textOption, UsageError } from '../command.js';

const PAGE = 500;
const date = z.union([z.iso.datetime({ offset: true }), z.iso.date()]);

export const command: Command = {
	usage: 'audit export [--from <date>] [--to <date>] [--organization <slug>]',
	options: { from: { type: 'string' }, to: { type: 'string' }, ...organizationOption },
	explanations: {
		from: 'The first moment, such as 2030-12-31 or 2030-12-31T12:00:00Z',
		to: 'The moment before which it ends',
		...organizationExplanation,
	},
	async run(invocation) {
		const filter = { from: dateOf(invocation, 'from'), to: dateOf(invocation, 'to') };
		await withServices(invocation, async ({ scope, audit }) => {
			await audit.recordExport(scope, filter);
			for (let after: string | undefined, isFirst = true; isFirst || after !== undefined; isFirst = false) {
				const { items, next } = await audit.list(scope, filter, { limit: PAGE, after });
				for (const event of items) invocation.terminal.out(`${JSON.stringify(event)}\n`);
				after = next ?? undefined;
			}
		});
	},
};

function dateOf(invocation: Invocation, name: string): Date | undefined {
	const text = textOption(invocation, name);
	if (text === undefined) return undefined;
	if (!date.safeParse(text).success) throw new UsageError(`--${name} is not a date`);
	return new Date(text);
}
