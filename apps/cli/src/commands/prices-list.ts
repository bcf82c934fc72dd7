import { type PriceFilter, type PriceRecord, priceTables } from '#libs/metering';
import { everything, organizationExplanation, organizationOption, withServices } from '../application.js';
import { type Command, type Invocation, textOption, UsageError } from '../command.js';
import { printResult, table } from '../output.js';
import { wordOption } from '../rules.js';
import { usdOf } from '../usd.js';

export const command: Command = {
	usage: 'prices list [--model <name>] [--vendor <name>] [--day <date>] [--table own|installation|shipped]',
	options: {
		model: { type: 'string' },
		vendor: { type: 'string' },
		day: { type: 'string' },
		table: { type: 'string' },
		...organizationOption,
	},
	explanations: {
		model: 'Prices that this model could have, as the upstream names it',
		vendor: 'Such as openai, or the kind of a provider such as ollama',
		day: 'UTC, such as 2026-01-31: those that count at its end',
		table: `${priceTables.join(', ')}; by default all`,
		...organizationExplanation,
	},
	async run(invocation) {
		const filter = filterOf(invocation);
		const items = await withServices(invocation, ({ scope, prices }) =>
			everything((page) => prices.list(scope, filter, page)),
		);
		printResult(invocation, { items }, () =>
			table(
				['from', 'table', 'vendor', 'model', 'input', 'output', 'others', 'mark-up', 'id'],
				items.map((price) => [
					price.validFrom.toISOString().slice(0, 10),
					price.table,
					price.vendor,
					price.model,
					usd(price.rates?.inputNanoUsd),
					usd(price.rates?.outputNanoUsd),
					othersOf(price),
					price.markUpBasisPoints === null ? null : `${price.markUpBasisPoints / 100} %`,
					price.id,
				]),
			),
		);
	},
};

function filterOf(invocation: Invocation): PriceFilter {
	const day = textOption(invocation, 'day');
	if (day !== undefined && (!/^\d{4}-\d{2}-\d{2}$/.test(day) || Number.isNaN(Date.parse(day))))
		throw new UsageError('--day must be a date such as 2026-01-31');
	return {
		model: textOption(invocation, 'model'),
		vendor: textOption(invocation, 'vendor'),
		day,
		table: wordOption(invocation, 'table', priceTables),
	};
}

const usd = (nano: string | undefined): string | undefined => (nano === undefined ? undefined : usdOf(nano));

/** Rates beside input and output, and tiers, in US dollars. */
function othersOf({ rates, tiers }: PriceRecord): string | null {
	const others = Object.entries(rates ?? {})
		.filter(([name]) => name !== 'inputNanoUsd' && name !== 'outputNanoUsd')
		.map(([name, nano]) => `${name.slice(0, -'NanoUsd'.length)} ${usd(nano)}`);
	const steps = tiers.map(({ aboveInputTokens }) => `others above ${aboveInputTokens}`);
	return [...others, ...steps].join(', ') || null;
}
