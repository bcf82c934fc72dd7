import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { newPrice, type PriceInput } from '#libs/metering';
import { organizationExplanation, organizationOption, withServices } from '../application.js';
import { type Command, UsageError } from '../command.js';
import { printResult } from '../output.js';

const PRICES_MAX = 5_000;
const file = z.array(newPrice).min(1).max(PRICES_MAX);

export const command: Command = {
	usage: 'prices import <file.json> [--organization <slug>]',
	options: organizationOption,
	explanations: organizationExplanation,
	positionals: { min: 1, max: 1 },
	async run(invocation) {
		const prices = pricesOf(invocation.positionals[0] as string);
		const result = await withServices(invocation, (services) => services.prices.import(services.scope, prices));
		const { created, updated, unchanged } = result;
		printResult(invocation, result, () => `${created} new, ${updated} changed, ${unchanged} as before\n`);
	},
};

/** A list of prices as `POST /api/v1/prices` takes one. @throws UsageError */
function pricesOf(path: string): PriceInput[] {
	let content: unknown;
	try {
		content = JSON.parse(readFileSync(path, 'utf8'));
	} catch (cause) {
		throw new UsageError(`${path} cannot be read as JSON`, { cause });
	}
	const { success, data, error } = file.safeParse(content);
	if (success) return data;
	const [issue] = error.issues;
	throw new UsageError(`${path}: ${issue?.path.join('.') || 'the file'}: ${issue?.message ?? 'is not valid'}`);
}
