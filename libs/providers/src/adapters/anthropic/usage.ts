import type { TokenUsage } from '#libs/metering';
import { record, tokenCount } from '../../wire/lines.js';

/**
 * Anthropic's usage in disjoint classes: `input_tokens` excludes the cache already, `output_tokens` includes thinking.
 * Streams report in two pieces, of which the later one counts, member by member. `undefined` without the two main numbers.
 */
export function anthropicUsage(value: unknown, later?: unknown): TokenUsage | undefined {
	const first = record(value);
	const last = record(later);
	const count = (name: string): number | undefined => tokenCount(last[name]) ?? tokenCount(first[name]);
	const input = count('input_tokens');
	const output = count('output_tokens');
	if (input === undefined || output === undefined) return undefined;
	const details = record(last.output_tokens_details ?? first.output_tokens_details);
	const reasoning = Math.min(tokenCount(details.thinking_tokens) ?? 0, output);
	const hour = tokenCount(record(last.cache_creation ?? first.cache_creation).ephemeral_1h_input_tokens) ?? 0;
	return {
		input,
		cacheRead: count('cache_read_input_tokens') ?? 0,
		cacheWrite: count('cache_creation_input_tokens') ?? 0,
		output: output - reasoning,
		reasoning,
		...(hour > 0 ? { cacheWriteHour: hour } : {}),
	};
}
