import { type Behaviour, NEVER } from './behaviour.js';

export type Json = Record<string, unknown>;

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
	readonly toolNames: readonly string[];
	readonly toolsForbidden: boolean;
	readonly maxTokens: number | undefined;
}

export const asArray = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
export const asObject = (value: unknown): Json =>
	typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
export const asString = (value: unknown): string => (typeof value === 'string' ? value : '');
export const asNumber = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);

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

/** The whole text of an answer: what a client must have when all chunks arrived. */
export const answerText = (generation: Generation): string =>
	range(generation.chunks)
		.map((index) => chunkText(index, generation.behaviour))
		.join('');

export const thinkingAnswer = (generation: Generation): string =>
	range(generation.behaviour.thinking).map(thinkingText).join('');

function planToolCalls(prompt: Prompt, behaviour: Behaviour): ToolCall[] {
	const offered = prompt.toolNames.length > 0 && !prompt.toolsForbidden && !prompt.endsWithToolResult;
	const count = behaviour.toolCalls === NEVER ? Number(offered) : behaviour.toolCalls;
	return range(count).map((index) => ({
		id: `call_mock_${index}`,
		name: prompt.toolNames[index % Math.max(1, prompt.toolNames.length)] ?? 'echo',
		arguments: { echo: prompt.lastUserText, index },
	}));
}

function planChunks(prompt: Prompt, behaviour: Behaviour): { chunks: number; capped: boolean } {
	const wanted = behaviour.big > 0 ? Math.ceil(behaviour.big / Math.max(1, behaviour.chunkBytes)) : behaviour.chunks;
	const cap = Math.floor((prompt.maxTokens ?? Infinity) / behaviour.tokensPerChunk);
	const capped = !behaviour.ignoreMax && cap < wanted;
	return { chunks: capped ? Math.max(0, cap) : wanted, capped };
}

/** Decides what will be answered. `big` without `chunk_bytes` uses chunks of 16 KiB. */
export function planGeneration(id: string, model: string, prompt: Prompt, given: Behaviour): Generation {
	const behaviour = given.big > 0 && given.chunkBytes === 0 ? { ...given, chunkBytes: 16_384 } : given;
	const toolCalls = planToolCalls(prompt, behaviour);
	const { chunks, capped } = toolCalls.length > 0 ? { chunks: 0, capped: false } : planChunks(prompt, behaviour);
	const told = chunks * behaviour.tokensPerChunk + toolCalls.length + behaviour.thinking;
	const zero = behaviour.zeroUsage;
	const usage = {
		prompt: zero ? 0 : behaviour.promptTokens === NEVER ? prompt.words : behaviour.promptTokens,
		completion: zero ? 0 : behaviour.completionTokens === NEVER ? told : behaviour.completionTokens,
		cached: zero ? 0 : behaviour.cachedTokens,
		reasoning: zero ? 0 : behaviour.thinking,
	};
	const finish = toolCalls.length > 0 ? 'tools' : capped ? 'length' : 'stop';
	return { id, model, behaviour, chunks, toolCalls, finish, usage };
}
