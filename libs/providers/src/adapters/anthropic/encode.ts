import { createHash } from 'node:crypto';
import type { ChatMessage, ChatRequest, ContentPart, ToolDefinition } from '../../chat.js';
import type { Untranslatable } from '../../untranslatable.js';
import { record } from '../../wire/lines.js';
import { forbidsSampling } from './api-version.js';
import { blockOf, cacheControl } from './content.js';
import { encodeThinking } from './thinking.js';
import { Turns } from './turns.js';

/** The protocol asks for a cap; a request without one gets this. */
export const DEFAULT_MAX_TOKENS = 4_096;

const JSON_ONLY = 'Answer with one JSON object and nothing else: no words around it, no Markdown fences.';

/** The canonical chat in Anthropic's form. Undefined members vanish in JSON. */
export function encodeAnthropicChat(request: ChatRequest, lost: Untranslatable, version: string): Buffer {
	refuse(request, lost);
	const { thinking, effort, budget } = encodeThinking(request, lost, version);
	const later = request.messages.findIndex(({ role }) => role !== 'system');
	const turns = new Turns(lost);
	for (const message of later === -1 ? [] : request.messages.slice(later)) turns.add(message);
	return Buffer.from(
		JSON.stringify({
			model: request.model,
			max_tokens: request.maxTokens ?? DEFAULT_MAX_TOKENS + budget,
			system: systemOf(later === -1 ? request.messages : request.messages.slice(0, later), request.format, lost),
			messages: turns.all(),
			stream: request.isStreamed,
			tools: request.tools.length === 0 ? undefined : request.tools.map(encodeTool),
			tool_choice: encodeToolChoice(request, lost),
			stop_sequences: request.stop.length === 0 ? undefined : request.stop,
			thinking,
			output_config: outputConfigOf(request.format, effort),
			metadata: request.userId === undefined ? undefined : { user_id: hashed(request.userId) },
			...samplingOf(request, lost, { version, isThinking: thinking !== undefined && request.reasoning !== false }),
		}),
	);
}

/** What the protocol has no word for. */
function refuse(request: ChatRequest, lost: Untranslatable): void {
	if (request.minP !== undefined) lost.add('min_p');
	if (request.seed !== undefined) lost.add('seed');
	if ((request.frequencyPenalty ?? 0) !== 0) lost.add('frequency_penalty');
	if ((request.presencePenalty ?? 0) !== 0) lost.add('presence_penalty');
	if (request.logprobs !== undefined) lost.add('logprobs');
	if (Object.keys(request.logitBias ?? {}).length > 0) lost.add('logit_bias');
}

interface Circumstances {
	readonly version: string;
	readonly isThinking: boolean;
}

function samplingOf(request: ChatRequest, lost: Untranslatable, { version, isThinking }: Circumstances): object {
	const wishes = { temperature: request.temperature, top_p: request.topP, top_k: request.topK };
	const given = Object.entries(wishes).filter(([, value]) => value !== undefined);
	if (given.length === 0) return {};
	if (forbidsSampling(version) || isThinking) {
		for (const [name, value] of given)
			if (forbidsSampling(version))
				lost.add(name, `is not part of the API version ${version} of this model's upstream`);
			else if (name !== 'temperature' || value !== 1) lost.add(name, 'cannot be set for this model while it thinks');
		return {};
	}
	if ((request.temperature ?? 0) <= 1) return wishes;
	lost.add('temperature', 'above 1 is not supported for this model');
	return { ...wishes, temperature: 1 };
}

/** One text where nothing else is said of it. */
function systemOf(messages: readonly ChatMessage[], format: ChatRequest['format'], lost: Untranslatable): unknown {
	const parts: ContentPart[] = messages.flatMap((message) => [...message.parts]);
	if (format?.type === 'json') parts.push({ type: 'text', text: JSON_ONLY });
	const blocks = parts.flatMap((part) => (part.type === 'text' ? blockOf(part, lost) : notInSystem(part, lost)));
	if (blocks.length === 0) return undefined;
	return blocks.some(({ cache_control }) => cache_control !== undefined)
		? blocks
		: blocks.map(({ text }) => text).join('\n\n');
}

function notInSystem({ type }: ContentPart, lost: Untranslatable): [] {
	lost.add('messages', `hold content of the type ${type} for the system, which is not supported for this model`);
	return [];
}

const encodeTool = ({ name, description, parameters, strict, cache }: ToolDefinition): object => ({
	name,
	description,
	input_schema: { type: 'object', ...record(parameters) },
	strict,
	cache_control: cacheControl(cache),
});

function encodeToolChoice({ tools, toolChoice, parallelTools }: ChatRequest, lost: Untranslatable): object | undefined {
	if (tools.length === 0) {
		if (toolChoice === 'required' || typeof toolChoice === 'object') lost.add('tool_choice', 'needs tools');
		return undefined;
	}
	if (toolChoice === 'none') return { type: 'none' };
	const single = parallelTools === false ? { disable_parallel_tool_use: true } : {};
	if (toolChoice === 'required') return { type: 'any', ...single };
	if (typeof toolChoice === 'object') return { type: 'tool', name: toolChoice.name, ...single };
	return toolChoice === undefined && parallelTools !== false ? undefined : { type: 'auto', ...single };
}

function outputConfigOf(format: ChatRequest['format'], effort: string | undefined): object | undefined {
	const schema = format?.type === 'schema' ? { type: 'json_schema', schema: closed(format.schema) } : undefined;
	return schema === undefined && effort === undefined ? undefined : { effort, format: schema };
}

/** Objects of a schema must say that they hold nothing else. */
function closed(schema: unknown): unknown {
	if (Array.isArray(schema)) return schema.map(closed);
	if (schema === null || typeof schema !== 'object') return schema;
	const members = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]));
	return members.type === 'object' && members.properties !== undefined
		? { additionalProperties: false, ...members }
		: members;
}

/** The caller's name of its user may be a mail address, which is none of another company's business. */
const hashed = (userId: string): string => createHash('sha256').update(userId).digest('hex');
