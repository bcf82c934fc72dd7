import type { TokenUsage } from '#libs/metering';
import { record, tokenCount } from '../../wire/lines.js';

/**
 * OpenAI's usage in disjoint classes: `prompt_tokens` includes what came from the cache, `completion_tokens` includes
 * reasoning. `undefined` when the upstream did not report the two main numbers sensibly.
 */
export function openAiUsage(value: unknown): TokenUsage | undefined {
	const { prompt_tokens, completion_tokens = 0, prompt_tokens_details, completion_tokens_details } = record(value);
	return disjoint(prompt_tokens, completion_tokens, prompt_tokens_details, completion_tokens_details);
}

/** The same of Responses, which have other names for it. */
export function openAiResponsesUsage(value: unknown): TokenUsage | undefined {
	const { input_tokens, output_tokens, input_tokens_details, output_tokens_details } = record(value);
	return disjoint(input_tokens, output_tokens, input_tokens_details, output_tokens_details);
}

function disjoint(input: unknown, output: unknown, ofInput: unknown, ofOutput: unknown): TokenUsage | undefined {
	const prompt = tokenCount(input);
	const completion = tokenCount(output);
	if (prompt === undefined || completion === undefined) return undefined;
	const { cached_tokens, cache_write_tokens, audio_tokens } = record(ofInput);
	const cacheRead = Math.min(tokenCount(cached_tokens) ?? 0, prompt);
	const cacheWrite = Math.min(tokenCount(cache_write_tokens) ?? 0, prompt - cacheRead);
	const answer = record(ofOutput);
	const reasoning = Math.min(tokenCount(answer.reasoning_tokens) ?? 0, completion);
	return {
		input: prompt - cacheRead - cacheWrite,
		cacheRead,
		cacheWrite,
		output: completion - reasoning,
		reasoning,
		...ofSound('audioInput', audio_tokens),
		...ofSound('audioOutput', answer.audio_tokens),
	};
}

function ofSound(name: 'audioInput' | 'audioOutput', value: unknown): { audioInput?: number; audioOutput?: number } {
	const tokens = tokenCount(value) ?? 0;
	return tokens > 0 ? { [name]: tokens } : {};
}
