import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Dialect } from '../conformance/clients/client.js';
import { pairs, protocols, RawInstallation, type Row } from './raw-installation.js';
import { upstreamFrames } from './upstream-frames.js';

/** What is charged when an upstream's usage is broken: written down first, row by row, for each protocol. */
type Charge = Pick<Row, 'status' | 'source'> & Partial<Pick<Row, 'input' | 'cacheRead' | 'output'>>;

interface Case {
	readonly name: string;
	/** the frames of the upstream's stream */
	readonly stream: (protocol: Dialect) => string;
	readonly charge: (protocol: Dialect) => Charge;
}

const TEXTS = 3;
const reported: Charge = { status: 'ok', source: 'provider', input: 7, cacheRead: 0, output: 5 };
/** One output token for each piece; the input is guessed from the prompt's bytes. */
const estimated: Charge = { status: 'ok', source: 'estimated', cacheRead: 0 };

/** Usage of these numbers in a protocol's spelling. */
const usage = (protocol: Dialect, input: unknown, output: unknown): object =>
	({
		openai: { prompt_tokens: input, completion_tokens: output },
		anthropic: { input_tokens: input, output_tokens: output },
		ollama: { prompt_eval_count: input, eval_count: output },
	})[protocol];

const texts = (protocol: Dialect, each?: (n: number) => object): string =>
	Array.from({ length: TEXTS }, (_, n) => upstreamFrames[protocol].text(`w${n} `, each?.(n))).join('');

/** A whole stream whose usage, where the protocol has it, is this. */
const ending = (protocol: Dialect, at: unknown): string => {
	const { open, finish, end } = upstreamFrames[protocol];
	return open() + texts(protocol) + finish(at) + end;
};

const simple = (name: string, input: unknown, output: unknown, charge: Charge): Case => ({
	name,
	stream: (protocol) => ending(protocol, usage(protocol, input, output)),
	charge: () => charge,
});

const cases: Case[] = [
	{ name: 'none', stream: (protocol) => ending(protocol, undefined), charge: () => estimated },
	simple('zeros: an upstream may say that nothing was used', 0, 0, { ...reported, input: 0, output: 0 }),
	{
		name: 'twice: counted once',
		stream: (protocol) => {
			const { open, finish, end } = upstreamFrames[protocol];
			const last = finish(usage(protocol, 7, 5));
			return open() + texts(protocol) + last + last + end;
		},
		charge: () => reported,
	},
	{
		name: 'cumulative in every piece: the last counts',
		stream: (protocol) => {
			const { open, finish, end } = upstreamFrames[protocol];
			const all = open(usage(protocol, 7, 0)) + texts(protocol, (n) => usage(protocol, 7, n + 1));
			return all + finish(usage(protocol, 7, 5)) + end;
		},
		charge: () => reported,
	},
	{
		name: 'then more text: what was reported counts',
		stream: (protocol) => {
			const { open, text, finish, end } = upstreamFrames[protocol];
			return open() + text('a', usage(protocol, 7, 5)) + texts(protocol) + finish(usage(protocol, 7, 5)) + end;
		},
		charge: () => reported,
	},
	{
		name: 'null',
		stream: (protocol) => ending(protocol, protocol === 'ollama' ? usage(protocol, null, null) : null),
		charge: () => estimated,
	},
	simple('negative: not believed', -7, -5, estimated),
	simple('2^60: not believed', 2 ** 60, 2 ** 60, estimated),
	simple('fractions: not believed', 7.5, 5.5, estimated),
	simple('text: not believed', '7', '5', estimated),
	{
		name: 'only cached tokens: the two main numbers are missing',
		stream: (protocol) =>
			ending(
				protocol,
				{
					openai: { prompt_tokens_details: { cached_tokens: 4 } },
					anthropic: { cache_read_input_tokens: 4 },
					ollama: { load_duration: 4 },
				}[protocol],
			),
		charge: () => estimated,
	},
	{
		name: 'more cached than prompt: never below zero',
		stream: (protocol) =>
			ending(
				protocol,
				{
					openai: { prompt_tokens: 7, completion_tokens: 5, prompt_tokens_details: { cached_tokens: 99 } },
					anthropic: { input_tokens: 0, output_tokens: 5, cache_read_input_tokens: 7 },
					ollama: { prompt_eval_count: 7, eval_count: 5 },
				}[protocol],
			),
		charge: (protocol) => (protocol === 'ollama' ? reported : { ...reported, input: 0, cacheRead: 7 }),
	},
	{
		name: 'in the error that ends it: what was reported before counts, else the pieces',
		stream: (protocol) => {
			const { open, error } = upstreamFrames[protocol];
			return open() + texts(protocol) + error(usage(protocol, 7, 5));
		},
		charge: () => ({ ...estimated, status: 'interrupted' }),
	},
	{
		name: 'so far, then cut: what was reported last counts, as partial',
		stream: (protocol) => {
			const { open } = upstreamFrames[protocol];
			return open(usage(protocol, 7, 0)) + texts(protocol, (n) => usage(protocol, 7, n + 1));
		},
		charge: (protocol) =>
			protocol === 'ollama'
				? { ...estimated, status: 'interrupted' } // reports at the end only
				: { status: 'interrupted', source: 'provider_partial', input: 7, cacheRead: 0, output: TEXTS },
	},
];

let installation: RawInstallation;
beforeAll(async () => {
	installation = await RawInstallation.start();
}, 60_000);
afterAll(async () => {
	await installation?.stop();
});

describe.each(pairs)('$dialect client, $protocol upstream', ({ dialect, protocol }) => {
	it.each(cases)('usage $name', async ({ stream, charge }) => {
		installation.stream(protocol, stream(protocol));
		await (await installation.call(dialect, protocol)).text();
		const rows = await installation.rows();
		const expected = charge(protocol);
		expect(rows).toEqual([expect.objectContaining(expected)]);
		if (expected.source !== 'estimated') return;
		const [row] = rows as [Row];
		expect(row.input).toBeGreaterThan(0);
		expect(Math.abs(row.output - TEXTS)).toBeLessThanOrEqual(2);
	});
});

describe('the table', () => {
	it('has its rows for every protocol', () => {
		console.info(`broken usage: ${cases.length} rows × ${protocols.length} protocols × ${protocols.length} dialects`);
		expect(cases).toHaveLength(14);
	});
});
