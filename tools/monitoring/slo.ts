/**
 * What we promise, as PromQL. `bad` and `all` are rates per second over a window; docs/slo.md says them in words. A caller's mistakes
 * and refusals by an organization's own rules count neither as good nor as bad.
 */
export interface Slo {
	readonly name: string;
	readonly title: string;
	/** Share of what counts that must be good, over 30 days. */
	readonly objective: number;
	bad(window: string): string;
	all(window: string): string;
}

const OURS_OR_THEIRS = 'outcome=~"provider_.*|gateway_.*"';

export const slos: readonly Slo[] = [
	{
		name: 'calls',
		title: 'Calls end well',
		objective: 0.995,
		bad: (window) => `sum(rate(parallama_calls_total{${OURS_OR_THEIRS}}[${window}]))`,
		all: (window) => `sum(rate(parallama_calls_total{outcome!~"caller_.*|policy_.*"}[${window}]))`,
	},
	{
		name: 'api',
		title: 'Requests are not failed by us',
		objective: 0.999,
		bad: (window) => `sum(rate(parallama_errors_total{class=~"gateway_.*"}[${window}]))`,
		all: (window) => `sum(rate(parallama_http_request_duration_seconds_count[${window}]))`,
	},
	{
		name: 'first_token',
		title: 'A streamed answer begins within 5 seconds',
		objective: 0.95,
		bad: (window) =>
			`(sum(rate(gen_ai_client_operation_time_to_first_chunk_seconds_count[${window}])) - sum(rate(gen_ai_client_operation_time_to_first_chunk_seconds_bucket{le="5"}[${window}])))`,
		all: (window) => `sum(rate(gen_ai_client_operation_time_to_first_chunk_seconds_count[${window}]))`,
	},
];

/** Windows of the alerts: how fast the budget burns, over how long, checked by a short window that forgets quickly. */
export const burns = [
	{ speed: 'Fast', severity: 'page', factor: 14.4, long: '1h', short: '5m', for: '2m' },
	{ speed: 'Slow', severity: 'ticket', factor: 3, long: '1d', short: '2h', for: '15m' },
] as const;

export const windows = ['5m', '1h', '2h', '1d', '30d'] as const;

/** The recorded share of bad events; nothing while nothing happens. */
export const recordOf = ({ name }: Slo, window: string): string => `parallama:${name}:bad_ratio_${window}`;
