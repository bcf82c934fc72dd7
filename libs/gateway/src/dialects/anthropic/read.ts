import {
	type ChatMessage,
	type ChatRequest,
	NO_WISHES,
	textMessage,
	type ToolChoice,
	type ToolDefinition,
	type Untranslatable,
} from '#libs/providers';
import type { ScannedJson } from '../../json/scan-json.js';
import { Fields } from '../fields.js';
import { readContent } from './read-content.js';

/** Would change where or how the answer is made, and no other protocol can express it. */
const untranslatable = ['container', 'mcp_servers', 'inference_geo'];

/** An Anthropic message request in the canonical form. Hints about caching, context and service are left to its own kind. */
export function readAnthropicMessages({ value }: ScannedJson, model: string, lost: Untranslatable): ChatRequest {
	const fields = new Fields(value);
	for (const name of untranslatable) if (fields.has(name)) lost.add(name);
	const maxTokens = fields.number('max_tokens');
	if (maxTokens === 0) lost.add('max_tokens', 'of 0 (to warm a cache) is not supported for this model');
	return {
		...NO_WISHES,
		model,
		isStreamed: fields.boolean('stream') ?? false,
		messages: [
			...systemOf(fields, lost),
			...fields.objects('messages').flatMap((message) => messagesOf(message, lost)),
		],
		tools: fields.objects('tools').flatMap((tool) => toolOf(tool, lost)),
		...toolChoiceOf(fields),
		maxTokens: maxTokens === 0 ? undefined : maxTokens,
		temperature: fields.number('temperature'),
		topP: fields.number('top_p'),
		topK: fields.number('top_k'),
		stop: stopOf(fields),
		format: formatOf(fields),
		...thinkingOf(fields),
		userId: fields.object('metadata')?.string('user_id'),
	};
}

function systemOf(fields: Fields, lost: Untranslatable): ChatMessage[] {
	const { parts } = readContent(fields, 'system', lost);
	return parts.length === 0 ? [] : [{ ...textMessage('system', ''), parts }];
}

/** Results of tools come first, each as a message; what else the turn holds follows. */
function messagesOf(message: Fields, lost: Untranslatable): ChatMessage[] {
	const role = message.string('role');
	if (role !== 'user' && role !== 'assistant' && role !== 'system')
		throw message.wrong('role', 'one of user, assistant, system');
	const { parts, reasoning, toolCalls, results } = readContent(message, 'content', lost);
	const rest = { ...textMessage(role, ''), parts, reasoning, toolCalls };
	return parts.length + reasoning.length + toolCalls.length === 0 && results.length > 0 ? results : [...results, rest];
}

function toolOf(tool: Fields, lost: Untranslatable): ToolDefinition[] {
	const type = tool.string('type');
	if (type !== undefined && type !== 'custom') {
		lost.add(
			tool.nameOf('type'),
			`${JSON.stringify(type)}, a tool of Anthropic's own, is not supported for this model`,
		);
		return [];
	}
	const name = tool.string('name');
	if (name === undefined) throw tool.wrong('name', 'a string');
	const hint = tool.object('cache_control');
	return [
		{
			name,
			description: tool.string('description'),
			parameters: tool.raw('input_schema'),
			strict: tool.boolean('strict'),
			...(hint === undefined ? {} : { cache: { ttl: hint.string('ttl') } }),
		},
	];
}

function toolChoiceOf(fields: Fields): Pick<ChatRequest, 'toolChoice' | 'parallelTools'> {
	const choice = fields.object('tool_choice');
	if (choice === undefined) return { toolChoice: undefined, parallelTools: undefined };
	const parallelTools = choice.boolean('disable_parallel_tool_use') === true ? false : undefined;
	return { toolChoice: choiceOf(choice), parallelTools };
}

function choiceOf(choice: Fields): ToolChoice {
	switch (choice.string('type')) {
		case 'auto':
		case 'none':
			return choice.string('type') as 'auto' | 'none';
		case 'any':
			return 'required';
		case 'tool': {
			const name = choice.string('name');
			if (name === undefined) throw choice.wrong('name', 'the name of a tool');
			return { name };
		}
		default:
			throw choice.wrong('type', 'one of auto, any, tool, none');
	}
}

const stopOf = (fields: Fields): string[] => {
	const stop = fields.array('stop_sequences');
	if (!stop.every((item): item is string => typeof item === 'string'))
		throw fields.wrong('stop_sequences', 'a list of texts');
	return stop;
};

/** `output_config.format`, or `output_format` as it was called in beta. */
function formatOf(fields: Fields): ChatRequest['format'] {
	const format = fields.object('output_config')?.object('format') ?? fields.object('output_format');
	if (format === undefined) return undefined;
	if (format.string('type') !== 'json_schema') throw format.wrong('type', 'json_schema');
	return { type: 'schema', schema: format.raw('schema') ?? {}, name: undefined };
}

/** `thinking` says whether, `output_config.effort` how much. */
function thinkingOf(fields: Fields): Pick<ChatRequest, 'reasoning' | 'reasoningBudget'> {
	const thinking = fields.object('thinking');
	const effort = effortOf(fields.object('output_config'));
	switch (thinking?.string('type')) {
		case undefined:
			return { reasoning: effort, reasoningBudget: undefined };
		case 'disabled':
			return { reasoning: false, reasoningBudget: undefined };
		case 'enabled':
			return { reasoning: effort ?? true, reasoningBudget: thinking?.number('budget_tokens') };
		case 'adaptive':
		case 'between_tools':
			return { reasoning: effort ?? true, reasoningBudget: undefined };
		default:
			throw (thinking as Fields).wrong('type', 'one of enabled, adaptive, between_tools, disabled');
	}
}

function effortOf(config: Fields | undefined): 'low' | 'medium' | 'high' | 'max' | undefined {
	const effort = config?.string('effort');
	switch (effort) {
		case undefined:
		case 'low':
		case 'medium':
		case 'high':
		case 'max':
			return effort;
		case 'xhigh':
			return 'max';
		default:
			throw (config as Fields).wrong('effort', 'one of low, medium, high, xhigh, max');
	}
}
