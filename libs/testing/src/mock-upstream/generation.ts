import { type Behaviour, NEVER } from './behaviour.js';
import { asArray, asObject, type Json } from './json.js';
import { sampleOf } from './sample.js';

/** Where the frame stands in a stream: faults count the `content` frames. */
export type FrameKind = 'open' | 'content' | 'close';

/** One event or line of a stream, as it goes over the wire. */
export interface Frame {
	readonly kind: FrameKind;
	readonly text: string;
	/** output tokens in it */
	readonly tokens: number;
	/** usage as the dialect spells it, where this frame carries some */
	readonly usage?: Json;
}

export interface ToolCall {
	readonly id: string;
	readonly name: string;
	readonly arguments: Json;
}

export interface Usage {
	readonly prompt: number;
	readonly cached: number;
	readonly completion: number;
	readonly reasoning: number;
}

/** The plan of one answer, from which each dialect makes its bytes. */
export interface Generation {
	readonly id: string;
	/** the model as the request named it */
	readonly model: string;
	readonly behaviour: Behaviour;
	readonly chunks: number;
	/** the text of each chunk where it is not numbered words */
	readonly texts: readonly string[] | undefined;
	/** the one of the request's that ended the answer */
	readonly stopSequence: string | undefined;
	readonly toolCalls: readonly ToolCall[];
	readonly finish: 'stop' | 'length' | 'tools';
	readonly usage: Usage;
}

/** What the server needs to know about a dialect's generation endpoint. */
export interface GenerationDialect {
	readonly contentType: string;
	/** the start of a line that never ends */
	readonly longLineStart: string;
	readonly garbageFrame: string;
	readonly errorFrame: string;
	frames(generation: Generation): Iterable<Frame>;
	whole(generation: Generation): Json;
	usage(generation: Generation): Json | undefined;
}

/** Answers carry this moment, not the present one, so that they can be compared byte by byte. */
export const CREATED = new Date('2026-01-01T00:00:00.000Z');
export const CREATED_SECONDS = CREATED.getTime() / 1000;

/** What of a request decides the plan, whatever the dialect. */
export interface Prompt {
	readonly words: number;
	readonly lastUserText: string;
	readonly endsWithToolResult: boolean;
	readonly tools: readonly ToolOffer[];
	/** the name of a tool that must be called */
	readonly toolChoice: 'auto' | 'none' | { readonly name: string };
	/** at most one tool call */
	readonly isSerial: boolean;
	/** what the answer must satisfy */
	readonly schema: unknown;
	readonly stop: readonly string[];
	/** answers asked for */
	readonly answers: number;
	readonly wantsThinking: boolean;
	readonly maxTokens: number | undefined;
}

export interface ToolOffer {
	readonly name: string;
	readonly parameters: unknown;
}

/** Any JSON: what plain JSON modes ask for. */
export const ANY_JSON = { type: 'object', properties: { answer: { type: 'string' } } };

/** The schema of OpenAI's `response_format` or `text.format`, where it demands JSON. */
export function schemaOfFormat(format: Json): unknown {
	if (format.type === 'json_object') return ANY_JSON;
	if (format.type !== 'json_schema') return undefined;
	return format.schema ?? asObject(format.json_schema).schema ?? ANY_JSON;
}

export const stringsOf = (value: unknown): readonly string[] =>
	typeof value === 'string' ? [value] : asArray(value).filter((item) => typeof item === 'string');

/** All text below a value: strings, `text` and `content` of parts and blocks; not images or schemas. */
export function textOf(value: unknown): string {
	if (typeof value === 'string') return value;
	if (Array.isArray(value)) return value.map(textOf).join(' ');
	const { text, content } = asObject(value);
	return [text, content]
		.filter((part) => part !== undefined)
		.map(textOf)
		.join(' ');
}

export const countWords = (text: string): number => text.split(/\s+/).filter((word) => word !== '').length;

const ACCENTS = ['é', '€', '😀'];

function word(index: number, behaviour: Behaviour): string {
	return `w${index}${behaviour.unicode ? (ACCENTS[index % ACCENTS.length] ?? '') : ''}`;
}

/** Text of content chunk `index`: `w0`, ` w1`, ` w2` …; joined they read `w0 w1 w2`. */
export function chunkText(index: number, behaviour: Behaviour): string {
	const first = index * behaviour.tokensPerChunk;
	let text = '';
	for (let i = 0; i < behaviour.tokensPerChunk; i += 1) {
		text += `${first + i === 0 ? '' : ' '}${word(first + i, behaviour)}`;
	}
	if (behaviour.utf8At === index) text += '😀';
	return text.padEnd(behaviour.chunkBytes, 'x');
}

export const thinkingText = (index: number): string => `${index === 0 ? '' : ' '}t${index}`;

const range = (length: number): number[] => Array.from({ length }, (_, index) => index);

/** Text of content chunk `index` of an answer. */
export const contentChunk = ({ texts, behaviour }: Generation, index: number): string =>
	texts === undefined ? chunkText(index, behaviour) : (texts[index] ?? '');

/** The whole text of an answer: what a client must have when all chunks arrived. */
export const answerText = (generation: Generation): string =>
	range(generation.chunks)
		.map((index) => contentChunk(generation, index))
		.join('');

export const thinkingAnswer = (generation: Generation): string =>
	range(generation.behaviour.thinking).map(thinkingText).join('');

function planToolCalls(prompt: Prompt, behaviour: Behaviour): ToolCall[] {
	const { toolChoice, tools, lastUserText } = prompt;
	const forced = typeof toolChoice === 'object' ? tools.filter(({ name }) => name === toolChoice.name) : [];
	const usable = forced.length > 0 ? forced : tools;
	const offered = usable.length > 0 && toolChoice !== 'none' && (forced.length > 0 || !prompt.endsWithToolResult);
	const count = behaviour.toolCalls === NEVER ? Number(offered) : behaviour.toolCalls;
	return range(prompt.isSerial ? Math.min(1, count) : count).map((index) => {
		const tool = usable[index % Math.max(1, usable.length)];
		const isTyped = Object.keys(asObject(asObject(tool?.parameters).properties)).length > 0;
		return {
			id: `call_mock_${index}`,
			name: tool?.name ?? 'echo',
			arguments: isTyped ? (sampleOf(tool?.parameters, lastUserText) as Json) : { echo: lastUserText, index },
		};
	});
}

interface Content {
	readonly chunks: number;
	readonly texts?: readonly string[];
	readonly stopSequence?: string;
}

const PIECE = 8; // characters of a JSON answer in one chunk

function planContent(prompt: Prompt, behaviour: Behaviour): Content {
	const { schema, lastUserText, stop } = prompt;
	if (schema !== undefined) {
		const json = JSON.stringify(sampleOf(schema, lastUserText));
		const texts = range(Math.ceil(json.length / PIECE)).map((at) => json.slice(at * PIECE, (at + 1) * PIECE));
		return { chunks: texts.length, texts };
	}
	const chunks = behaviour.big > 0 ? Math.ceil(behaviour.big / Math.max(1, behaviour.chunkBytes)) : behaviour.chunks;
	return stop.length === 0 ? { chunks } : stopped(chunks, stop, behaviour);
}

/** The numbered words up to the first stop sequence. */
function stopped(chunks: number, stop: readonly string[], behaviour: Behaviour): Content {
	const texts = range(chunks).map((index) => chunkText(index, behaviour));
	const all = texts.join('');
	const found = stop.map((text) => ({ text, at: all.indexOf(text) })).filter(({ at }) => at >= 0);
	const [earliest] = found.toSorted((a, b) => a.at - b.at);
	if (earliest === undefined) return { chunks };
	const kept: string[] = [];
	for (let left = earliest.at, index = 0; left > 0; index += 1) {
		const text = texts[index] ?? '';
		kept.push(text.slice(0, left));
		left -= text.length;
	}
	return { chunks: kept.length, texts: kept, stopSequence: earliest.text };
}

function capped(prompt: Prompt, behaviour: Behaviour, content: Content): Content & { isCapped: boolean } {
	const cap = Math.floor((prompt.maxTokens ?? Infinity) / behaviour.tokensPerChunk);
	const isCapped = !behaviour.ignoreMax && cap < content.chunks;
	return isCapped ? { ...content, chunks: Math.max(0, cap), isCapped } : { ...content, isCapped };
}

/** What a behaviour means for this prompt: `big` without `chunk_bytes` uses 16 KiB; thinking that is asked for comes. */
const completed = (given: Behaviour, prompt: Prompt): Behaviour => ({
	...given,
	chunkBytes: given.big > 0 && given.chunkBytes === 0 ? 16_384 : given.chunkBytes,
	thinking: given.thinking === 0 && prompt.wantsThinking ? 2 : given.thinking,
});

/** Decides what will be answered. */
export function planGeneration(id: string, model: string, prompt: Prompt, given: Behaviour): Generation {
	const behaviour = completed(given, prompt);
	const toolCalls = planToolCalls(prompt, behaviour);
	const content =
		toolCalls.length > 0 ? { chunks: 0, isCapped: false } : capped(prompt, behaviour, planContent(prompt, behaviour));
	const { chunks, isCapped } = content;
	const told = (chunks * behaviour.tokensPerChunk + toolCalls.length + behaviour.thinking) * prompt.answers;
	const zero = behaviour.zeroUsage;
	const usage = {
		prompt: zero ? 0 : behaviour.promptTokens === NEVER ? prompt.words : behaviour.promptTokens,
		completion: zero ? 0 : behaviour.completionTokens === NEVER ? told : behaviour.completionTokens,
		cached: zero ? 0 : behaviour.cachedTokens,
		reasoning: zero ? 0 : behaviour.thinking,
	};
	const finish = toolCalls.length > 0 ? 'tools' : isCapped ? 'length' : 'stop';
	const { texts, stopSequence: found } = content as Content;
	const stopSequence = isCapped ? undefined : found;
	return { id, model, behaviour, chunks, texts, stopSequence, toolCalls, finish, usage };
}
