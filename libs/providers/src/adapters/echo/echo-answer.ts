import { list, record, text } from '../../wire/lines.js';
import { minimalInstance } from './minimal-instance.js';

/** What the development model says to a chat; one of the two. */
export interface EchoAnswer {
	readonly text: string;
	readonly call: { readonly name: string; readonly json: string } | undefined;
	readonly finish: 'stop' | 'length' | 'tool_calls';
	/** The stop sequence that ended it. */
	readonly stoppedBy: string | undefined;
	/** How many times it is answered. */
	readonly choices: number;
}

const LABEL = '[development model, repeats you]';
const CHARACTERS_PER_TOKEN = 4;

/** About four characters a token; the same text always counts the same. */
export const tokensIn = (words: string): number => Math.ceil(words.length / CHARACTERS_PER_TOKEN);

/**
 * Deterministic: it repeats the last message; calls a tool that it must call, or that the message names; keeps to a schema;
 * ends at a stop sequence and at the cap. So every client's example does something.
 */
export function echoAnswer(body: Record<string, unknown>): EchoAnswer {
	const words = lastWords(body.messages);
	const choices = typeof body.n === 'number' ? Math.min(Math.max(1, Math.floor(body.n)), 128) : 1;
	const tool = toolToCall(body, words);
	if (tool !== undefined) {
		const json = JSON.stringify(minimalInstance(tool.parameters ?? { type: 'object' }, words));
		return { text: '', call: { name: text(tool.name), json }, finish: 'tool_calls', stoppedBy: undefined, choices };
	}
	return { ...ended(said(body, words), body), call: undefined, choices };
}

function lastWords(messages: unknown): string {
	const last = list(messages)
		.map(record)
		.findLast(({ role }) => role === 'user' || role === 'tool');
	if (last === undefined) return '';
	if (typeof last.content === 'string') return last.content;
	return list(last.content)
		.map((part) => text(record(part).text))
		.join(' ');
}

function toolToCall(body: Record<string, unknown>, words: string): Record<string, unknown> | undefined {
	const tools = list(body.tools).map((tool) => record(record(tool).function));
	const choice = body.tool_choice ?? 'auto';
	if (choice === 'none') return undefined;
	if (choice === 'required') return tools[0];
	if (choice !== 'auto') return tools.find(({ name }) => name === record(record(choice).function).name);
	const isAnswered = record(list(body.messages).at(-1)).role === 'tool';
	return isAnswered ? undefined : tools.find(({ name }) => text(name) !== '' && words.includes(text(name)));
}

function said({ response_format: format }: Record<string, unknown>, words: string): string {
	const { type, json_schema: wanted } = record(format);
	if (type === 'json_schema') return JSON.stringify(minimalInstance(record(wanted).schema ?? {}, words));
	if (type === 'json_object') return JSON.stringify({ echo: words });
	return `${LABEL} ${words === '' ? '(nothing was said)' : words}`;
}

function ended(whole: string, body: Record<string, unknown>): Pick<EchoAnswer, 'text' | 'finish' | 'stoppedBy'> {
	const stops = (typeof body.stop === 'string' ? [body.stop] : list(body.stop).map(text)).filter((stop) => stop !== '');
	const hits = stops.map((stop) => ({ stop, at: whole.indexOf(stop) })).filter(({ at }) => at !== -1);
	const [first] = hits.toSorted((a, b) => a.at - b.at);
	const answer = whole.slice(0, first?.at);
	const cap = body.max_completion_tokens ?? body.max_tokens;
	if (typeof cap !== 'number' || answer.length <= cap * CHARACTERS_PER_TOKEN)
		return { text: answer, finish: 'stop', stoppedBy: first?.stop };
	const cut = answer.slice(0, cap * CHARACTERS_PER_TOKEN).replace(/[\uD800-\uDBFF]$/, ''); // no half character
	return { text: cut, finish: 'length', stoppedBy: undefined };
}
