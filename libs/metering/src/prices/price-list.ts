import type { RateClass, Rates } from './price.js';
import type { PriceRow } from './price-set.js';

/** A row of the shipped list, with where it was read and when. */
export interface ListedPrice extends PriceRow {
	readonly vendor: string;
	readonly source: string;
	/** `YYYY-MM-DD`. */
	readonly readOn: string;
}

type Dollars = { readonly [Class in RateClass]?: string };
interface Listed extends Dollars {
	/** For prompts of more tokens than that: what differs. */
	readonly above?: readonly [inputTokens: number, rates: Dollars];
}

const NANO_DIGITS = 9;

/** Dollars of this file in billionths. */
function nano(dollars: string): bigint {
	const [whole = '', part = ''] = dollars.split('.');
	return BigInt(whole + part.padEnd(NANO_DIGITS, '0'));
}

const ratesOf = (dollars: Dollars): Rates =>
	Object.freeze(Object.fromEntries(Object.entries(dollars).map(([name, amount]) => [name, nano(amount)])));

/**
 * Dollars per million tokens from the beginning of a UTC day on. A row never changes and never goes, since the ledger names
 * it: a new price is a new row with a later day.
 */
const listOf =
	(vendor: string, source: string, readOn: string) =>
	(model: string, from: string, { above, ...rates }: Listed): ListedPrice =>
		Object.freeze({
			id: `list:${vendor}/${model}@${from}`,
			vendor,
			providerId: null,
			model,
			validFrom: Date.parse(from),
			validUntil: null,
			says: Object.freeze({
				rates: ratesOf(rates),
				tiers: above === undefined ? [] : [{ aboveInputTokens: above[0], rates: ratesOf(above[1]) }],
			}),
			source,
			readOn,
		});

const openai = listOf('openai', 'https://platform.openai.com/docs/pricing', '2025-12-12');
const anthropic = listOf('anthropic', 'https://docs.claude.com/en/docs/about-claude/pricing', '2025-11-25');
const google = listOf('google', 'https://ai.google.dev/gemini-api/docs/pricing', '2025-11-01');
const deepseek = listOf('deepseek', 'https://api-docs.deepseek.com/quick_start/pricing', '2025-10-01');
const mistral = listOf('mistral', 'https://mistral.ai/pricing', '2025-10-01');
const xai = listOf('xai', 'https://docs.x.ai/docs/models', '2025-10-01');
const groq = listOf('groq', 'https://groq.com/pricing', '2025-10-01');

const opus = { input: '15', cacheRead: '1.50', cacheWrite: '18.75', cacheWriteHour: '30', output: '75' };
const sonnet = { input: '3', cacheRead: '0.30', cacheWrite: '3.75', cacheWriteHour: '6', output: '15' };
const longSonnet = { input: '6', cacheRead: '0.60', cacheWrite: '7.50', cacheWriteHour: '12', output: '22.50' };

/** What vendors published, in dollars per million tokens. */
export const shippedPrices: readonly ListedPrice[] = Object.freeze([
	openai('gpt-3.5-turbo', '2024-01-25', { input: '0.50', output: '1.50' }),
	openai('gpt-4', '2023-03-14', { input: '30', output: '60' }),
	openai('gpt-4-turbo', '2024-04-09', { input: '10', output: '30' }),
	openai('gpt-4o', '2024-05-13', { input: '5', output: '15' }),
	openai('gpt-4o', '2024-10-02', { input: '2.50', cacheRead: '1.25', output: '10' }),
	openai('gpt-4o-2024-05-13', '2024-05-13', { input: '5', output: '15' }),
	openai('gpt-4o-mini', '2024-07-18', { input: '0.15', cacheRead: '0.075', output: '0.60' }),
	openai('gpt-4o-audio-preview', '2024-12-17', { input: '2.50', output: '10', audioInput: '40', audioOutput: '80' }),
	openai('gpt-4o-mini-audio-preview', '2024-12-17', {
		input: '0.15',
		output: '0.60',
		audioInput: '10',
		audioOutput: '20',
	}),
	openai('gpt-audio', '2025-08-28', { input: '2.50', output: '10', audioInput: '32', audioOutput: '64' }),
	openai('gpt-4.1', '2025-04-14', { input: '2', cacheRead: '0.50', output: '8' }),
	openai('gpt-4.1-mini', '2025-04-14', { input: '0.40', cacheRead: '0.10', output: '1.60' }),
	openai('gpt-4.1-nano', '2025-04-14', { input: '0.10', cacheRead: '0.025', output: '0.40' }),
	openai('gpt-5', '2025-08-07', { input: '1.25', cacheRead: '0.125', output: '10' }),
	openai('gpt-5-chat', '2025-08-07', { input: '1.25', cacheRead: '0.125', output: '10' }),
	openai('gpt-5-codex', '2025-09-23', { input: '1.25', cacheRead: '0.125', output: '10' }),
	openai('gpt-5-mini', '2025-08-07', { input: '0.25', cacheRead: '0.025', output: '2' }),
	openai('gpt-5-nano', '2025-08-07', { input: '0.05', cacheRead: '0.005', output: '0.40' }),
	openai('gpt-5-pro', '2025-10-06', { input: '15', output: '120' }),
	openai('gpt-5.1', '2025-11-13', { input: '1.25', cacheRead: '0.125', output: '10' }),
	openai('gpt-5.2', '2025-12-11', { input: '1.75', cacheRead: '0.175', output: '14' }),
	openai('o1', '2024-12-17', { input: '15', cacheRead: '7.50', output: '60' }),
	openai('o1-pro', '2025-03-19', { input: '150', output: '600' }),
	openai('o3', '2025-04-16', { input: '10', cacheRead: '2.50', output: '40' }),
	openai('o3', '2025-06-10', { input: '2', cacheRead: '0.50', output: '8' }),
	openai('o3-mini', '2025-01-31', { input: '1.10', cacheRead: '0.55', output: '4.40' }),
	openai('o3-pro', '2025-06-10', { input: '20', output: '80' }),
	openai('o4-mini', '2025-04-16', { input: '1.10', cacheRead: '0.275', output: '4.40' }),
	openai('text-embedding-3-small', '2024-01-25', { input: '0.02' }),
	openai('text-embedding-3-large', '2024-01-25', { input: '0.13' }),
	openai('text-embedding-ada-002', '2023-06-13', { input: '0.10' }),

	anthropic('claude-3-haiku', '2024-08-14', {
		input: '0.25',
		cacheRead: '0.03',
		cacheWrite: '0.30',
		cacheWriteHour: '0.50',
		output: '1.25',
	}),
	anthropic('claude-3-opus', '2024-08-14', opus),
	anthropic('claude-3-5-haiku', '2024-12-03', {
		input: '0.80',
		cacheRead: '0.08',
		cacheWrite: '1',
		cacheWriteHour: '1.60',
		output: '4',
	}),
	anthropic('claude-3-5-sonnet', '2024-08-14', sonnet),
	anthropic('claude-3-7-sonnet', '2025-02-24', sonnet),
	anthropic('claude-opus-4', '2025-05-22', opus),
	anthropic('claude-opus-4-0', '2025-05-22', opus),
	anthropic('claude-opus-4-1', '2025-08-05', opus),
	anthropic('claude-opus-4-5', '2025-11-24', {
		input: '5',
		cacheRead: '0.50',
		cacheWrite: '6.25',
		cacheWriteHour: '10',
		output: '25',
	}),
	anthropic('claude-sonnet-4', '2025-05-22', sonnet),
	anthropic('claude-sonnet-4', '2025-08-12', { ...sonnet, above: [200_000, longSonnet] }),
	anthropic('claude-sonnet-4-0', '2025-05-22', sonnet),
	anthropic('claude-sonnet-4-0', '2025-08-12', { ...sonnet, above: [200_000, longSonnet] }),
	anthropic('claude-sonnet-4-5', '2025-09-29', { ...sonnet, above: [200_000, longSonnet] }),
	anthropic('claude-haiku-4-5', '2025-10-15', {
		input: '1',
		cacheRead: '0.10',
		cacheWrite: '1.25',
		cacheWriteHour: '2',
		output: '5',
	}),

	google('gemini-2.5-pro', '2025-06-17', {
		input: '1.25',
		cacheRead: '0.125',
		output: '10',
		above: [200_000, { input: '2.50', cacheRead: '0.25', output: '15' }],
	}),
	google('gemini-2.5-flash', '2025-06-17', { input: '0.30', cacheRead: '0.03', output: '2.50', audioInput: '1' }),
	google('gemini-2.5-flash-lite', '2025-07-22', {
		input: '0.10',
		cacheRead: '0.01',
		output: '0.40',
		audioInput: '0.30',
	}),

	deepseek('deepseek-chat', '2025-02-09', { input: '0.27', cacheRead: '0.07', output: '1.10' }),
	deepseek('deepseek-chat', '2025-09-06', { input: '0.56', cacheRead: '0.07', output: '1.68' }),
	deepseek('deepseek-chat', '2025-09-29', { input: '0.28', cacheRead: '0.028', output: '0.42' }),
	deepseek('deepseek-reasoner', '2025-02-09', { input: '0.55', cacheRead: '0.14', output: '2.19' }),
	deepseek('deepseek-reasoner', '2025-09-06', { input: '0.56', cacheRead: '0.07', output: '1.68' }),
	deepseek('deepseek-reasoner', '2025-09-29', { input: '0.28', cacheRead: '0.028', output: '0.42' }),

	mistral('mistral-large', '2024-11-18', { input: '2', output: '6' }),
	mistral('mistral-medium', '2025-05-07', { input: '0.40', output: '2' }),
	mistral('mistral-small', '2025-03-17', { input: '0.10', output: '0.30' }),
	mistral('codestral', '2025-01-13', { input: '0.30', output: '0.90' }),
	mistral('mistral-embed', '2023-12-11', { input: '0.10' }),

	xai('grok-3', '2025-04-09', { input: '3', cacheRead: '0.75', output: '15' }),
	xai('grok-3-mini', '2025-04-09', { input: '0.30', cacheRead: '0.075', output: '0.50' }),
	xai('grok-4', '2025-07-09', {
		input: '3',
		cacheRead: '0.75',
		output: '15',
		above: [128_000, { input: '6', output: '30' }],
	}),

	groq('llama-3.1-8b-instant', '2024-07-23', { input: '0.05', output: '0.08' }),
	groq('llama-3.3-70b-versatile', '2024-12-06', { input: '0.59', output: '0.79' }),

	listOf('echo', 'built in', '2025-01-01')('*', '2025-01-01', { input: '0', output: '0' }),
]);
