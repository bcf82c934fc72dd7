import type { ListedModel } from './provider.js';
import { list, record, text, tokenCount } from './wire/lines.js';

/** What a model can do. */
export const capabilities = [
	'chat',
	'embeddings',
	'tools',
	'vision',
	'audio',
	'thinking',
	'insert',
	'json_schema',
] as const;
export type Capability = (typeof capabilities)[number];

/** What an upstream says of a model beyond its name; `undefined` where it says nothing. */
export interface ModelFacts {
	readonly displayName: string | undefined;
	readonly capabilities: readonly Capability[] | undefined;
	/** Tokens. */
	readonly contextWindow: number | undefined;
	/** Tokens. */
	readonly maxOutput: number | undefined;
	/** Such as `text`, `image`, `audio`. */
	readonly inputModalities: readonly string[] | undefined;
	readonly outputModalities: readonly string[] | undefined;
}

type Facts = { [Field in keyof ModelFacts]?: ModelFacts[Field] };

export const NO_FACTS: ModelFacts = Object.freeze({
	displayName: undefined,
	capabilities: undefined,
	contextWindow: undefined,
	maxOutput: undefined,
	inputModalities: undefined,
	outputModalities: undefined,
});

/** Of the entry of a list, in the forms of OpenAI-compatible servers (vLLM, OpenRouter, Groq, Mistral …) and Anthropic. */
export function factsOfListed({ raw }: ListedModel): ModelFacts {
	const architecture = record(raw.architecture);
	const [from, to] = text(architecture.modality).split('->');
	return Object.freeze({
		displayName: name(raw.display_name) ?? name(raw.name),
		capabilities: listedCapabilities(raw),
		contextWindow: firstCount(
			raw.max_model_len, // vLLM
			raw.context_length, // OpenRouter
			raw.context_window, // Groq
			raw.max_context_length, // Mistral, LM Studio
			raw.max_input_tokens, // Anthropic
			record(raw.meta).n_ctx, // llama.cpp: what it runs with, then what it was trained with
			record(raw.meta).n_ctx_train,
		),
		maxOutput: firstCount(record(raw.top_provider).max_completion_tokens, raw.max_completion_tokens, raw.max_tokens),
		inputModalities: words(architecture.input_modalities) ?? words(from?.split('+')),
		outputModalities: words(architecture.output_modalities) ?? words(to?.split('+')),
	});
}

/** Of Ollama's `/api/show`. */
export function factsOfShown(shown: Record<string, unknown>): ModelFacts {
	const info = record(shown.model_info);
	const can = capabilitiesFrom(list(shown.capabilities), ollamaWords);
	const inputs = ['text', ...(can?.includes('vision') ? ['image'] : []), ...(can?.includes('audio') ? ['audio'] : [])];
	return Object.freeze({
		...NO_FACTS,
		capabilities: can,
		contextWindow: firstCount(info[`${text(info['general.architecture'])}.context_length`]),
		inputModalities: can === undefined ? undefined : inputs,
		outputModalities: can?.includes('chat') ? ['text'] : undefined,
	});
}

/** What holds for whichever target a call of an alias goes to. */
export function factsOfAll(all: readonly ModelFacts[]): ModelFacts {
	const common = <T>(field: (facts: ModelFacts) => readonly T[] | undefined): readonly T[] | undefined => {
		const sets = all.map(field);
		if (sets.length === 0 || sets.includes(undefined)) return undefined;
		return sets[0]?.filter((item) => sets.every((set) => set?.includes(item)));
	};
	const least = (field: (facts: ModelFacts) => number | undefined): number | undefined => {
		const counts = all.map(field).filter((count) => count !== undefined);
		return counts.length === 0 ? undefined : Math.min(...counts);
	};
	return Object.freeze({
		displayName: undefined,
		capabilities: common((facts) => facts.capabilities),
		contextWindow: least((facts) => facts.contextWindow),
		maxOutput: least((facts) => facts.maxOutput),
		inputModalities: common((facts) => facts.inputModalities),
		outputModalities: common((facts) => facts.outputModalities),
	});
}

/** `more` says what it says; the rest is as before. */
export function joined(facts: ModelFacts, more: ModelFacts | undefined): ModelFacts {
	if (more === undefined) return facts;
	const said = Object.entries(more).filter(([, value]) => value !== undefined);
	return Object.freeze({ ...facts, ...(Object.fromEntries(said) as Facts) });
}

const ollamaWords: Readonly<Record<string, Capability>> = {
	completion: 'chat',
	embedding: 'embeddings',
	tools: 'tools',
	vision: 'vision',
	audio: 'audio',
	thinking: 'thinking',
	insert: 'insert',
};

/** Names that servers have for what a model can do: of flags, of parameters, of kinds. */
const listedWords: Readonly<Record<string, Capability>> = {
	...ollamaWords,
	completion_chat: 'chat', // Mistral
	function_calling: 'tools',
	fim: 'insert',
	completion_fim: 'insert',
	image_input: 'vision', // Anthropic
	structured_outputs: 'json_schema', // Anthropic, OpenRouter
	reasoning: 'thinking', // OpenRouter
	embeddings: 'embeddings', // LM Studio: `type`
	llm: 'chat',
	vlm: 'vision',
	tool_use: 'tools',
};

function listedCapabilities(raw: Readonly<Record<string, unknown>>): Capability[] | undefined {
	const flags = Array.isArray(raw.capabilities) ? raw.capabilities : trueFlags(record(raw.capabilities));
	const inputs = list(record(raw.architecture).input_modalities);
	const said = [
		...flags,
		...list(raw.supported_parameters),
		...(inputs.includes('image') ? ['vision'] : []),
		...(inputs.includes('audio') ? ['audio'] : []),
		...(list(record(raw.architecture).output_modalities).includes('text') ? ['llm'] : []),
		raw.type,
	];
	return capabilitiesFrom(said, listedWords);
}

/** `{ vision: true }`, or Anthropic's `{ image_input: { supported: true } }`. */
const trueFlags = (flags: Record<string, unknown>): string[] =>
	Object.entries(flags).flatMap(([flag, value]) => (value === true || record(value).supported === true ? flag : []));

function capabilitiesFrom(
	said: readonly unknown[],
	names: Readonly<Record<string, Capability>>,
): Capability[] | undefined {
	const known = new Set(
		said.flatMap((word) => (typeof word === 'string' && Object.hasOwn(names, word) ? names[word] : [])),
	);
	return known.size === 0 ? undefined : capabilities.filter((capability) => known.has(capability));
}

const MAX_NAME = 200;
const name = (value: unknown): string | undefined => text(value).trim().slice(0, MAX_NAME) || undefined;

function firstCount(...values: readonly unknown[]): number | undefined {
	for (const value of values) {
		const count = tokenCount(value);
		if (count !== undefined && count > 0) return count;
	}
	return undefined;
}

function words(value: unknown): string[] | undefined {
	const found = list(value).filter((word) => typeof word === 'string' && /^[a-z_]{1,32}$/.test(word)) as string[];
	return found.length === 0 ? undefined : found;
}
