import type { Quota } from '#libs/kernel';

type Headers = Record<string, string>;

/** Metrics by the names that a protocol has for them: of each the tightest is told. */
type Groups = readonly (readonly [name: string, metrics: readonly string[]])[];

const openAiGroups: Groups = [
	['requests', ['requests']],
	['tokens', ['total_tokens', 'input_tokens', 'output_tokens']],
];
const anthropicGroups: Groups = [
	['requests', ['requests']],
	['tokens', ['total_tokens']],
	['input-tokens', ['input_tokens']],
	['output-tokens', ['output_tokens']],
];

/**
 * What is left of limits, as clients of a protocol read it; Ollama's, which has no such headers, get OpenAI's. Nothing without
 * limits. `refusing`: the limit that has refused; else the tightest is named in `x-ratelimit-scope`.
 */
export function rateHeaders(dialect: string, quotas: readonly Quota[], refusing?: Quota): Headers {
	const headers: Headers = {};
	if (quotas.length === 0) return headers;
	const isAnthropic = dialect === 'anthropic';
	for (const [name, metrics] of isAnthropic ? anthropicGroups : openAiGroups) {
		const told = toldOf(quotas, metrics, refusing);
		if (told === undefined) continue;
		if (isAnthropic) addAnthropic(headers, name, told);
		else addOpenAi(headers, name, told);
	}
	headers['x-ratelimit-scope'] = (refusing ?? tightest(quotas))?.scope ?? '';
	return headers;
}

function toldOf(quotas: readonly Quota[], metrics: readonly string[], refusing: Quota | undefined): Quota | undefined {
	if (refusing !== undefined && metrics.includes(refusing.metric)) return refusing;
	return tightest(quotas.filter(({ metric }) => metrics.includes(metric)));
}

/** Of which the smallest part is left. */
function tightest(quotas: readonly Quota[]): Quota | undefined {
	let found: Quota | undefined;
	for (const quota of quotas) if (found === undefined || partLeft(quota) < partLeft(found)) found = quota;
	return found;
}

const partLeft = ({ remaining, limit }: Quota): number => (limit === 0 ? 0 : remaining / limit);

function addOpenAi(headers: Headers, name: string, { limit, remaining, resetMs }: Quota): void {
	headers[`x-ratelimit-limit-${name}`] = String(limit);
	headers[`x-ratelimit-remaining-${name}`] = String(remaining);
	headers[`x-ratelimit-reset-${name}`] = durationOf(resetMs);
}

function addAnthropic(headers: Headers, name: string, { limit, remaining, resetMs }: Quota): void {
	headers[`anthropic-ratelimit-${name}-limit`] = String(limit);
	headers[`anthropic-ratelimit-${name}-remaining`] = String(remaining);
	headers[`anthropic-ratelimit-${name}-reset`] = new Date(Date.now() + resetMs).toISOString();
}

/** As Go writes it: `12ms`, `1.5s`, `6m0s`, `24h0m0s`. */
export function durationOf(ms: number): string {
	if (ms < 1_000) return `${Math.ceil(ms)}ms`;
	const seconds = Math.ceil(ms) / 1_000;
	const minutes = Math.floor(seconds / 60);
	const rest = Number((seconds - minutes * 60).toFixed(3));
	if (minutes === 0) return `${rest}s`;
	if (minutes < 60) return `${minutes}m${rest}s`;
	return `${Math.floor(minutes / 60)}h${minutes % 60}m${rest}s`;
}
