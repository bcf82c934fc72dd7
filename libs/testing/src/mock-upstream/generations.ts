import * as anthropic from './anthropic.js';
import { type BehaviourInput, mergeBehaviour } from './behaviour.js';
import { type GenerationDialect, planGeneration, type Prompt } from './generation.js';
import { asArray, asObject, asString, type Json } from './json.js';
import * as ollama from './ollama.js';
import * as openai from './openai.js';
import * as responses from './responses.js';
import * as strict from './strict.js';

/** A generation endpoint: its dialect, how to read the prompt, and whether it streams when the request does not say. */
export interface GenerationEndpoint {
	readonly dialect: (body: Json, requestId: string) => GenerationDialect;
	readonly prompt: (body: Json) => Prompt;
	readonly streams: (body: Json) => boolean;
	/** what is wrong with the body; '' if nothing */
	readonly fault: (body: Json) => string;
}

const needsMessages = (body: Json): string =>
	asArray(body.messages).length > 0 ? '' : "'messages' must not be empty.";
const whenAsked = (body: Json): boolean => body.stream === true;
const unlessForbidden = (body: Json): boolean => body.stream !== false;

/** By path. */
export const GENERATIONS: Readonly<Record<string, GenerationEndpoint>> = {
	'/v1/chat/completions': {
		dialect: openai.openaiChat,
		prompt: openai.openaiPrompt,
		streams: whenAsked,
		fault: (body) => needsMessages(body) || strict.openaiFault(body),
	},
	'/v1/completions': {
		dialect: openai.openaiCompletions,
		prompt: (body) => openai.openaiPrompt({ ...body, messages: [{ role: 'user', content: body.prompt }] }),
		streams: whenAsked,
		fault: (body) => (body.prompt === undefined ? "'prompt' is required." : ''),
	},
	'/v1/responses': {
		dialect: responses.openaiResponses,
		prompt: responses.responsesPrompt,
		streams: whenAsked,
		fault: (body) => (body.input === undefined ? "Missing required parameter: 'input'." : ''),
	},
	'/v1/messages': {
		dialect: (_body, requestId) => anthropic.anthropicMessages(requestId),
		prompt: anthropic.anthropicPrompt,
		streams: whenAsked,
		fault: (body) =>
			typeof body.max_tokens === 'number'
				? needsMessages(body) || strict.anthropicFault(body)
				: 'max_tokens: Field required',
	},
	'/api/chat': {
		dialect: ollama.ollamaChat,
		prompt: ollama.ollamaChatPrompt,
		streams: unlessForbidden,
		fault: strict.ollamaFault,
	},
	'/api/generate': {
		dialect: ollama.ollamaGenerate,
		prompt: ollama.ollamaGeneratePrompt,
		streams: unlessForbidden,
		fault: strict.ollamaFault,
	},
};

/**
 * The bytes that the mock upstream would stream to a request, without a server; throws what it would refuse with.
 * For tests of what reads them.
 */
export function mockStream(path: string, body: unknown, behaviour?: BehaviourInput): string {
	const endpoint = GENERATIONS[path];
	const json = asObject(body);
	const fault = endpoint?.fault(json);
	if (endpoint === undefined || fault !== '') throw new Error(fault ?? `no generation at ${path}`);
	const plan = planGeneration('mock-1', asString(json.model), endpoint.prompt(json), mergeBehaviour(behaviour));
	return [...endpoint.dialect(json, 'req_mock-1').frames(plan)].map(({ text }) => text).join('');
}
