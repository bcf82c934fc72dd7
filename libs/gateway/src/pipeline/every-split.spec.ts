import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Principal } from '#libs/access';
import { AppError } from '#libs/kernel';
import {
	AnthropicAdapter,
	DEFAULT_SETTINGS,
	OllamaAdapter,
	OpenAiAdapter,
	type ImageFetcher,
	type Provider,
	type ProviderAdapter,
	type ProviderKind,
	type UpstreamRequest,
} from '#libs/providers';
import { mockStream } from '#libs/testing';
import type { AnswerPipe, ClientOperation, Ending } from '../dialects/client-operation.js';
import { anthropicMessages } from '../dialects/anthropic/anthropic.dialect.js';
import { ollamaChat } from '../dialects/ollama/ollama.dialect.js';
import { openAiChat, openAiCompletions } from '../dialects/openai/openai.dialect.js';
import { openAiResponses } from '../dialects/openai/responses/responses.dialect.js';
import type { Target } from '../routing/target.js';
import { contextOf, prepare, type Prepared } from './prepare.js';
import { readCall } from './read-call.js';

/** Any split of an upstream's bytes gives the same bytes to the client; any truncation never looks whole. */
const upstreams: readonly (readonly [ProviderKind, ProviderAdapter, owner?: string])[] = [
	['openai', new OpenAiAdapter()],
	['openai-compatible', new OpenAiAdapter(), 'vllm'],
	['anthropic', new AnthropicAdapter()],
	['ollama', new OllamaAdapter()],
];

const nested = [{ type: 'function', function: { name: 'look', parameters: { type: 'object' } } }];
const messages = [{ role: 'user', content: 'data: [DONE] "done":true hé\u2028 😀' }];
const schema = {
	type: 'object',
	properties: { a: { type: 'string' }, b: { type: 'array', items: { type: 'integer' } } },
};

interface Spoken {
	readonly operation: ClientOperation;
	readonly plain: object;
	readonly withTools?: object;
	readonly withSchema?: object;
	/** names of variants, where not all of them are worth their time */
	readonly only?: readonly string[];
	/** stands at the end of a whole answer, and nowhere else */
	readonly end: RegExp;
	/** every frame ends so */
	readonly frame: string;
}

const spoken: readonly Spoken[] = [
	{
		operation: openAiChat,
		plain: { messages, stream: true, stream_options: { include_usage: true } },
		withTools: { messages, stream: true, tools: nested },
		withSchema: {
			messages,
			stream: true,
			response_format: { type: 'json_schema', json_schema: { name: 's', schema } },
		},
		end: /data: \[DONE\]\n\n$/,
		frame: '\n\n',
	},
	{
		operation: openAiResponses,
		plain: { input: messages, stream: true },
		withTools: { input: messages, stream: true, tools: [{ type: 'function', ...nested[0]?.function }] },
		withSchema: { input: messages, stream: true, text: { format: { type: 'json_schema', name: 's', schema } } },
		end: /event: response\.completed\ndata: [^\n]*\n\n$/,
		frame: '\n\n',
	},
	{
		operation: anthropicMessages,
		plain: { messages, stream: true, max_tokens: 999 },
		withTools: { messages, stream: true, max_tokens: 999, tools: [{ name: 'look', input_schema: { type: 'object' } }] },
		withSchema: { messages, stream: true, max_tokens: 999, output_config: { format: { type: 'json_schema', schema } } },
		end: /event: message_stop\ndata: [^\n]*\n\n$/,
		frame: '\n\n',
	},
	{
		operation: openAiCompletions,
		plain: { prompt: 'data: [DONE]', stream: true },
		only: ['text of all widths'],
		end: /data: \[DONE\]\n\n$/,
		frame: '\n\n',
	},
	{
		operation: ollamaChat,
		plain: { messages },
		withTools: { messages, tools: nested },
		withSchema: { messages, format: schema },
		end: /"done":true[^\n]*\n$/,
		frame: '\n',
	},
];

const variants: readonly (readonly [string, 'plain' | 'withTools' | 'withSchema', string])[] = [
	['text of all widths', 'plain', 'chunks=4,unicode,cached_tokens=2,prompt_tokens=9'],
	['reasoning', 'plain', 'chunks=2,thinking=2'],
	['tool calls', 'withTools', 'tool_calls=2'],
	['a schema', 'withSchema', 'chunks=2'],
	['CRLF and comments', 'plain', 'chunks=3,crlf,comments'],
	['usage in each chunk', 'plain', 'chunks=3,continuous_usage'],
];

const provider = (kind: ProviderKind, { protocol }: ProviderAdapter): Provider => ({
	organizationId: 'o',
	id: 'p',
	name: 'p',
	kind,
	baseUrl: protocol === 'openai' ? 'http://upstream/v1' : 'http://upstream',
	credentials: [],
	credential: undefined,
	settings: DEFAULT_SETTINGS,
	isShared: false,
	revision: '1',
});

/** What `prepare` reads of a target. */
const targetOf = (kind: ProviderKind, adapter: ProviderAdapter, owner?: string): Target => {
	const route = { provider: provider(kind, adapter), model: 'm' };
	return { ...route, candidate: { ...route, owner, weight: 1, priority: 0 }, adapter } as Target;
};

interface Case {
	readonly name: string;
	readonly client: Spoken;
	/** of the upstream */
	readonly bytes: Buffer;
	readonly pipe: () => AnswerPipe;
}

/** OpenAI itself differs from compatible servers in responses only. */
const differ =
	({ operation: { wire } }: Spoken) =>
	([kind]: (typeof upstreams)[number]): boolean =>
		kind !== 'openai' || wire === 'openai/responses';

const cases: Case[] = spoken.flatMap((client) =>
	upstreams.filter(differ(client)).flatMap(([kind, adapter, owner]) =>
		variants
			.filter(([name]) => client.only?.includes(name) ?? true)
			.map(([name, body, behaviour]) => {
				const start = () => {
					const call = readCall({
						principal: {} as Principal,
						requestId: '0190-r',
						operation: client.operation,
						forwarded: { 'anthropic-version': '2023-06-01' },
						body: Buffer.from(JSON.stringify({ model: 'm', ...client[body] })),
						receivedAt: 0,
					});
					return prepare(call, targetOf(kind, adapter, owner), {
						context: contextOf(call),
						mayDrop: () => false,
						images: {} as ImageFetcher,
					}) as Prepared;
				};
				const [request] = start().requests as [UpstreamRequest];
				const text = mockStream(request.path, JSON.parse((request.body as Buffer).toString()), behaviour);
				return {
					name: `${client.operation.wire} ← ${kind}: ${name}`,
					client,
					bytes: Buffer.from(text),
					pipe: () => start().pipe,
				};
			}),
	),
);

/** What the client gets when the bytes come in these pieces. Moments differ from run to run. */
function run(
	pipe: AnswerPipe,
	pieces: readonly Buffer[],
): { out: string; isWhole: boolean; usage: object | undefined } {
	const got: Buffer[] = [];
	for (const piece of pieces) {
		const out = pipe.feed(piece);
		if (out !== undefined) got.push(Buffer.from(out));
	}
	const { last, isWhole } = endOf(pipe);
	if (last !== undefined) got.push(Buffer.from(last));
	const out = Buffer.concat(got).toString();
	return {
		out: out.replaceAll(/("(?:created|created_at|completed_at|\w+_duration)":)("[^"]*"|\d+)/g, '$10'),
		isWhole,
		usage: pipe.usage,
	};
}

/** Half a line is refused as rubbish, which is not whole either. */
function endOf(pipe: AnswerPipe): Ending {
	try {
		return pipe.end();
	} catch (error) {
		if (error instanceof AppError && error.fault === 'upstream') return { last: undefined, isWhole: false };
		throw error;
	}
}

const cut = (bytes: Buffer, at: readonly number[]): Buffer[] => {
	const edges = [0, ...at.toSorted((a, b) => a - b), bytes.length];
	return edges.slice(1).map((end, index) => bytes.subarray(edges[index], end));
};

describe.each(cases)('$name', ({ client, bytes, pipe }) => {
	const whole = run(pipe(), [bytes]);

	it('is whole, with its usage, in one piece', () => {
		expect(whole.isWhole).toBe(true);
		expect(whole.usage).toBeDefined();
		expect(whole.out).toMatch(client.end);
	});

	it('is the same cut in two at every offset, and byte by byte', () => {
		for (let at = 1; at < bytes.length; at++)
			if (run(pipe(), cut(bytes, [at])).out !== whole.out) throw new Error(`another answer when cut at ${at}`); // expect is slow
		expect(
			run(
				pipe(),
				[...bytes].map((byte) => Buffer.from([byte])),
			),
		).toEqual(whole);
	});

	it('is the same however it is cut', () => {
		const cuts = fc.array(fc.nat(bytes.length), { maxLength: 40 });
		fc.assert(
			fc.property(cuts, (at) => {
				expect(run(pipe(), cut(bytes, at))).toEqual(whole);
			}),
			{ numRuns: 50 },
		);
	});

	it('truncated anywhere is whole frames, and never looks whole when it is not', () => {
		for (let length = 0; length < bytes.length; length++) {
			const { out, isWhole } = run(pipe(), [bytes.subarray(0, length)]);
			const isFramed = out === '' || out.endsWith(client.frame);
			if (!isFramed || client.end.test(out) !== isWhole)
				throw new Error(`after ${length} of ${bytes.length} bytes: ${isWhole}, …${JSON.stringify(out.slice(-99))}`);
			if (isWhole) expect(contentOf(out)).toBe(contentOf(whole.out));
		}
		expect(run(pipe(), []).isWhole).toBe(false);
	});
});

/** What a client keeps of an answer: everything but usage and markers. */
const contentOf = (out: string): string =>
	[...out.matchAll(/"(?:content|text|thinking|reasoning_content|arguments|name)":("(?:[^"\\]|\\.)*"|\{[^}]*\})/g)]
		.map(([, value]) => value)
		.join('');
