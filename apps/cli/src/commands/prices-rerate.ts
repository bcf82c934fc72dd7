import { isUuid } from '#libs/kernel';
import type { Rerating } from '#libs/metering';
import { organizationExplanation, organizationOption, withServices } from '../application.js';
import { type Command, type Invocation, requiredOption, textOption, UsageError } from '../command.js';
import { printResult, table } from '../output.js';
import { usdOf } from '../usd.js';

export const command: Command = {
	usage: 'prices rerate --from <time> --to <time> | --id <id> [--organization <slug>]',
	options: { from: { type: 'string' }, to: { type: 'string' }, id: { type: 'string' }, ...organizationOption },
	explanations: {
		from: 'Beginning of the period, such as 2026-01-01 or 2026-01-01T12:00:00Z',
		to: 'Its end, exclusive and not later than now',
		id: 'Show what an earlier one changed, instead of starting one',
		...organizationExplanation,
	},
	async run(invocation) {
		const id = textOption(invocation, 'id');
		if (id !== undefined && !isUuid(id)) throw new UsageError('--id is not an id');
		const period = id === undefined ? ([momentOf(invocation, 'from'), momentOf(invocation, 'to')] as const) : undefined;
		const rerating = await withServices(invocation, ({ scope, reratings }) =>
			period === undefined ? reratings.get(scope, id as string) : reratings.start(scope, ...period),
		);
		printResult(invocation, rerating, () => textOf(rerating));
	},
};

function momentOf(invocation: Invocation, name: string): Date {
	const text = requiredOption(invocation, name);
	const moment = new Date(text);
	if (!/^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2})?Z)?$/.test(text) || Number.isNaN(moment.getTime()))
		throw new UsageError(`--${name} must be a time such as 2026-01-01 or 2026-01-01T12:00:00Z`);
	return moment;
}

function textOf({ id, models }: Rerating): string {
	if (models === null) return `${id} waits for the worker or runs; see: prices rerate --id ${id}\n`;
	return table(
		['model', 'calls', 'corrected', 'usd before', 'usd after'],
		models.map(({ model, calls, corrected, beforeNanoUsd, afterNanoUsd }) => [
			model,
			calls,
			corrected,
			usdOf(beforeNanoUsd),
			usdOf(afterNanoUsd),
		]),
	);
}
