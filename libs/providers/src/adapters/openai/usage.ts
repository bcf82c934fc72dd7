import type { TokenUsage } from '#libs/metering';
import { record, tokenCount } from '../../wire/lines.js';

/**
 * OpenAI's usage in disjoint classes: `prompt_tokens` includes what came from the cache, `completion_tokens` includes
 * reasoning. `undefined` when the upstream did not report the two main numbers sensibly.
 */
export function openAiUsage(value: unknown): TokenUsage | undefined {
	const usage = record(value);
	const prompt = tokenCount(usage.prompt_tokens);
	const completion = tokenCount(usage.completion_tokens) ?? (usage.completion_tokens === undefined ? 0 : undefined);
	if (prompt === undefined || completion === undefined) return undefined;
	const promptDetails = record(usage.prompt_tokens_details);
	const cacheRead = Math.min(tokenCount(promptDetails.cached_tokens) ?? 0, prompt);
	const cacheWrite = Math.min(tokenCount(promptDetails.cache_write_tokens) ?? 0, prompt - cacheRead);
	const reasoning = Math.min(tokenCount(record(usage.completion_tokens_details).reasoning_tokens) ?? 0, completion);
	return { input: prompt - cacheRead - cacheWrite, cacheRead, cacheWrite, output: completion - reasoning, reasoning };
}
