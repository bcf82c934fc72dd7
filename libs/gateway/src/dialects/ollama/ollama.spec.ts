import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type ChatEvent, type ChatRequest, Untranslatable } from '#libs/providers';
import { type ScannedJson, scanJson } from '../../json/scan-json.js';
import type { AnswerContext, AnswerPipe, ClientOperation } from '../client-operation.js';
import { ollamaChat, ollamaEmbeddings, ollamaGenerate } from './ollama.dialect.js';

const scanned = (body: object): ScannedJson => scanJson(Buffer.from(JSON.stringify(body)));
const context = (isStreamed: boolean): AnswerContext => ({
	requestId: 'r',
	alias: 'alias',
	isStreamed,
	wantsUsage: true,
	inputTokens: 3,
	scanned: scanned({}),
});

function chatOf({ translation }: ClientOperation) {
	if (translation?.kind !== 'chat') throw new Error('not a chat');
	return translation;
}
const read = (operation: ClientOperation, body: object, lost = new Untranslatable(false)): ChatRequest =>
	chatOf(operation).read(scanned({ model: 'm', ...body }), 'target', lost);

function rendered(operation: ClientOperation, isStreamed: boolean, events: readonly ChatEvent[]): string {
	const renderer = chatOf(operation).renderer(context(isStreamed));
	return events.map((event) => renderer.event(event, 'm')).join('') + renderer.end('m');
}
const linesOf = (ndjson: string): Record<string, unknown>[] => {
	expect(ndjson.endsWith('\n')).toBe(true);
	return ndjson
		.slice(0, -1)
		.split('\n')
		.map((line) => JSON.parse(line));
};

function run(pipe: AnswerPipe, bytes: Buffer, cuts: readonly number[] = []) {
	const at = [0, ...cuts.filter((cut) => cut > 0 && cut < bytes.length).toSorted((a, b) => a - b), bytes.length];
	let out = '';
	for (const [index, start] of at.slice(0, -1).entries())
		out += pipe.feed(bytes.subarray(start, at[index + 1]))?.toString() ?? '';
	const { last, isWhole } = pipe.end();
	return { out: out + String(last ?? ''), isWhole, pipe };
}

describe('a chat that is read', () => {
	it('streams unless told otherwise, and keeps what only Ollama knows', () => {
		const request = read(ollamaChat, {
			messages: [{ role: 'user', content: 'x', images: ['AAAA'] }],
			think: 'high',
			keep_alive: 0,
			logprobs: true,
			top_logprobs: 2,
			options: { num_predict: -1, num_ctx: 9, top_k: 1, stop: 'a' },
		});
		expect(request).toMatchObject({
			isStreamed: true,
			reasoning: 'high',
			keepAlive: 0,
			logprobs: 2,
			topK: 1,
			stop: ['a'],
			runtime: { num_ctx: 9 },
			maxTokens: undefined,
		});
		expect(request.messages[0]?.parts).toEqual([
			{ type: 'text', text: 'x' },
			{ type: 'image', base64: 'AAAA', mediaType: undefined },
		]);
	});

	it("finds the calls that tools' answers belong to", () => {
		const call = (name: string, id?: string) => ({ id, function: { name, arguments: {} } });
		const { messages } = read(ollamaChat, {
			messages: [
				{ role: 'assistant', content: '', tool_calls: [call('a'), call('b'), call('c', 'own')] },
				{ role: 'tool', tool_name: 'b', content: 'of b' },
				{ role: 'tool', content: 'of a' },
				{ role: 'tool', tool_call_id: 'own', content: 'of c' },
			],
		});
		const [asked, ...answers] = messages;
		const [a, b, c] = asked?.toolCalls ?? [];
		expect(answers.map(({ toolCallId }) => toolCallId)).toEqual([b?.id, a?.id, c?.id]);
		expect(new Set([a?.id, b?.id, c?.id]).size).toBe(3);
	});

	it.each([
		[{ messages: [] }, 'messages'],
		[{ messages: [{ role: 'user', content: 'x', images: [1] }] }, 'messages.0.images.0'],
		[{ messages: [{ role: 'boss', content: 'x' }] }, 'messages.0.role'],
		[{ messages: [{ role: 'user', content: 'x' }], keep_alive: true }, 'keep_alive'],
		[{ messages: [{ role: 'user', content: 'x' }], think: 'hard' }, 'think'],
		[{ messages: [{ role: 'user', content: 'x' }], options: { repeat_penalty: 2 } }, 'options.repeat_penalty'],
	])('%j is refused, naming the field', (body, param) => {
		expect(() => read(ollamaChat, body)).toThrow(expect.objectContaining({ fault: 'invalid', param }));
	});
});

describe('a prompt that is read', () => {
	it('is a chat of one message', () => {
		const request = read(ollamaGenerate, { prompt: 'p', system: 's', stream: false, format: 'json', images: ['AAAA'] });
		expect(request).toMatchObject({ model: 'target', isStreamed: false, format: { type: 'json' } });
		expect(request.messages.map(({ role, parts }) => [role, parts.length])).toEqual([
			['system', 1],
			['user', 2],
		]);
	});

	it.each(['template', 'suffix', 'raw', 'context', 'width'])(
		'%s is refused by name, or dropped where that is allowed',
		(name) => {
			const value = { template: 't', suffix: 's', raw: true, context: [1], width: 512 }[name];
			expect(() => read(ollamaGenerate, { prompt: 'p', [name]: value })).toThrow(
				expect.objectContaining({ code: 'unsupported_parameter', param: name }),
			);
			const lost = new Untranslatable(true);
			read(ollamaGenerate, { prompt: 'p', [name]: value, suffix: name === 'suffix' ? value : '' }, lost);
			expect(lost.names).toEqual([name]);
		},
	);

	it('cannot be empty elsewhere: there it would load the model', () => {
		for (const body of [{}, { prompt: '' }])
			expect(() => read(ollamaGenerate, body)).toThrow(expect.objectContaining({ param: 'prompt' }));
		expect(ollamaGenerate.outputCap(scanned({ prompt: '' }))).toBe(0);
		expect(ollamaGenerate.outputCap(scanned({ prompt: 'x', options: { num_predict: 7 } }))).toBe(7);
		expect(ollamaChat.outputCap(scanned({ messages: [] }))).toBe(0);
	});
});

describe('an answer that is written', () => {
	const events: ChatEvent[] = [
		{ type: 'reasoning', text: 'hm' },
		{ type: 'text', text: 'é', logprobs: [{ token: 'é', logprob: -0.5, top: [{ token: 'e', logprob: -2 }] }] },
		{ type: 'text', text: 'b' },
		{ type: 'finish', reason: 'length' },
		{ type: 'usage', usage: { input: 3, cacheRead: 1, cacheWrite: 0, output: 2, reasoning: 1 } },
	];
	const logprobs = [
		{ token: 'é', logprob: -0.5, bytes: [195, 169], top_logprobs: [{ token: 'e', logprob: -2, bytes: [101] }] },
	];

	it.each([
		['chat', ollamaChat, (text: string) => ({ message: { role: 'assistant', content: text } })],
		['generate', ollamaGenerate, (text: string) => ({ response: text })],
	] as const)('%s: lines, the last of them done', (_, operation, said) => {
		const lines = linesOf(rendered(operation, true, events));
		expect(lines.map(({ done }) => done)).toEqual([false, false, false, true]);
		expect(lines[1]).toMatchObject({ model: 'm', ...said('é'), logprobs });
		expect(lines[2]).toMatchObject(said('b'));
		expect(lines[2]).not.toHaveProperty('logprobs');
		expect(lines[3]).toMatchObject({ ...said(''), done_reason: 'length', prompt_eval_count: 4, eval_count: 3 });
		const [whole] = linesOf(rendered(operation, false, events));
		expect(whole).toMatchObject({ ...said('éb'), logprobs, done: true, eval_count: 3 });
		expect(linesOf(operation.keepAlive(context(true)))).toMatchObject([{ model: 'alias', ...said(''), done: false }]);
	});

	it('an old embedding is one vector', () => {
		const { translation } = ollamaEmbeddings;
		if (translation?.kind !== 'embeddings') throw new Error('no embeddings');
		expect(translation.read(scanned({ prompt: 'p' }), 'm').input).toEqual(['p']);
		const answer = { model: 'm', vectors: [[1, 2]], usage: undefined };
		expect(translation.render(answer, scanned({}))).toBe('{"embedding":[1,2]}');
		expect(() => ollamaEmbeddings.check(scanned({ input: 'x' }), {})).toThrow(
			expect.objectContaining({ param: 'prompt' }),
		);
	});
});

describe('lines that pass', () => {
	const line = (value: object): string => `${JSON.stringify({ model: 'm', ...value })}\n`;
	const called = line({
		message: { content: '', tool_calls: [{ function: { name: 'f', arguments: { done: true } } }] },
		done: false,
	});
	const last = line({
		response: '',
		done: true,
		done_reason: 'stop',
		context: [1, 2],
		prompt_eval_count: 4,
		eval_count: 9,
	});
	const pipe = (): AnswerPipe => ollamaGenerate.native.pipe(context(true));

	it('end with the line that is done, whatever follows and wherever the bytes are cut, without blank lines', () => {
		const messy = Buffer.from(`\n${called}\r\n\n${called}${last}\n${line({ response: 'more', done: false })}${last}`);
		fc.assert(
			fc.property(fc.array(fc.nat(messy.length)), (cuts) => {
				const { out, isWhole, pipe: used } = run(pipe(), messy, cuts);
				expect([out, isWhole]).toEqual([called + called + last, true]);
				expect(used.usage).toMatchObject({ input: 4, output: 9 });
			}),
		);
	});

	it("are not done because of a tool's argument", () => {
		expect(run(pipe(), Buffer.from(called))).toMatchObject({ isWhole: false });
		expect(run(pipe(), Buffer.from(last.trimEnd()))).toMatchObject({ isWhole: true, out: last });
		expect(run(pipe(), Buffer.from(last.replace('"done":true', '"done" : true')))).toMatchObject({ isWhole: true });
	});

	it('take no tokens when a model is loaded or unloaded', () => {
		for (const done_reason of ['load', 'unload']) {
			const bytes = Buffer.from(line({ response: '', done: true, done_reason }));
			for (const isStreamed of [true, false])
				expect(run(ollamaGenerate.native.pipe(context(isStreamed)), bytes).pipe.usage).toEqual({
					input: 0,
					cacheRead: 0,
					cacheWrite: 0,
					output: 0,
					reasoning: 0,
				});
		}
	});

	it('leave the length of a prompt unknown where nothing is said of it', () => {
		const bytes = Buffer.from(line({ response: '', done: true, eval_count: 9 }));
		expect(run(pipe(), bytes).pipe.usage).toMatchObject({ isInputUnknown: true, output: 9 });
	});
});
