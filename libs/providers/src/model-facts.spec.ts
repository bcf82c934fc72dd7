import { describe, expect, it } from '@jest/globals';
import { factsOfAll, factsOfListed, factsOfShown, joined, NO_FACTS } from './model-facts.js';

const listed = (raw: Record<string, unknown>) => factsOfListed({ id: 'm', created: 0, owner: '', raw });

describe('facts of a list', () => {
	it.each([
		['OpenAI', { id: 'gpt', object: 'model', created: 1, owned_by: 'openai' }, {}],
		['vLLM', { id: 'm', max_model_len: 32_768 }, { contextWindow: 32_768 }],
		[
			'Groq',
			{ id: 'm', context_window: 131_072, max_completion_tokens: 8_192 },
			{ contextWindow: 131_072, maxOutput: 8_192 },
		],
		['llama.cpp', { id: 'm', meta: { n_ctx_train: 4_096 } }, { contextWindow: 4_096 }],
		[
			'Mistral',
			{ max_context_length: 32_000, capabilities: { completion_chat: true, function_calling: true, vision: false } },
			{ contextWindow: 32_000, capabilities: ['chat', 'tools'] },
		],
		[
			'OpenRouter',
			{
				name: 'Some Model',
				context_length: 200_000,
				architecture: {
					modality: 'text+image->text',
					input_modalities: ['text', 'image'],
					output_modalities: ['text'],
				},
				top_provider: { max_completion_tokens: 64_000 },
				supported_parameters: ['tools', 'reasoning', 'temperature', 'structured_outputs'],
			},
			{
				displayName: 'Some Model',
				contextWindow: 200_000,
				maxOutput: 64_000,
				capabilities: ['chat', 'tools', 'vision', 'thinking', 'json_schema'],
				inputModalities: ['text', 'image'],
				outputModalities: ['text'],
			},
		],
		[
			'an older OpenRouter',
			{ architecture: { modality: 'text+image->text' } },
			{ inputModalities: ['text', 'image'], outputModalities: ['text'] },
		],
		[
			'Anthropic',
			{
				display_name: 'Claude',
				max_input_tokens: 200_000,
				max_tokens: 64_000,
				capabilities: { image_input: { supported: true }, thinking: { supported: true }, batch: { supported: true } },
			},
			{ displayName: 'Claude', contextWindow: 200_000, maxOutput: 64_000, capabilities: ['vision', 'thinking'] },
		],
		[
			'nonsense',
			{
				max_model_len: '9',
				context_length: -1,
				capabilities: [5, 'constructor'],
				architecture: 'x',
				name: 7,
				meta: null,
			},
			{},
		],
	])('are read as %s writes them', (_, raw, facts) => {
		expect(listed(raw)).toEqual({ ...NO_FACTS, ...facts });
	});
});

it("reads Ollama's details", () => {
	const shown = {
		capabilities: ['completion', 'vision', 'tools', 'ofTheFuture'],
		model_info: { 'general.architecture': 'gemma3', 'gemma3.context_length': 131_072 },
	};
	expect(factsOfShown(shown)).toEqual({
		...NO_FACTS,
		capabilities: ['chat', 'tools', 'vision'],
		contextWindow: 131_072,
		inputModalities: ['text', 'image'],
		outputModalities: ['text'],
	});
	expect(factsOfShown({})).toEqual(NO_FACTS);
});

it('says of an alias what holds for each of its targets', () => {
	const big = { ...NO_FACTS, contextWindow: 200_000, capabilities: ['chat', 'tools'] } as const;
	const small = { ...NO_FACTS, contextWindow: 8_192, capabilities: ['chat'] } as const;
	expect(factsOfAll([big, small])).toEqual({ ...NO_FACTS, contextWindow: 8_192, capabilities: ['chat'] });
	expect(factsOfAll([big, NO_FACTS])).toEqual({ ...NO_FACTS, contextWindow: 200_000 });
	expect(factsOfAll([])).toEqual(NO_FACTS);
});

it('lets details say more than the list', () => {
	expect(joined({ ...NO_FACTS, displayName: 'A', contextWindow: 1 }, { ...NO_FACTS, contextWindow: 2 })).toEqual({
		...NO_FACTS,
		displayName: 'A',
		contextWindow: 2,
	});
});
