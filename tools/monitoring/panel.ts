/** One line of a panel: PromQL and how its series are called. */
export type Query = readonly [expr: string, legend: string];

export interface Panel {
	readonly title: string;
	/** Grafana's name of it. */
	readonly unit: string;
	readonly queries: readonly Query[];
	readonly kind?: 'stat';
	/** What one looks for here. */
	readonly about?: string;
}

export interface Dashboard {
	/** Part of its address; never changes. */
	readonly uid: string;
	readonly title: string;
	readonly rows: readonly { readonly title: string; readonly panels: readonly Panel[] }[];
}

/** Grafana puts in a window that fits the zoom. */
export const WINDOW = '$__rate_interval';

export const rate = (metric: string, labels = ''): string => `rate(${metric}{${labels}}[${WINDOW}])`;

/** A quantile over all processes; `by` are labels to keep apart. */
export const quantile = (q: number, histogram: string, by = ''): string =>
	`histogram_quantile(${q}, sum by (le${by === '' ? '' : `, ${by}`}) (rate(${histogram}_bucket[${WINDOW}])))`;

/** Median, 95th and 99th percentile. */
export const quantiles = (histogram: string): Query[] =>
	([0.5, 0.95, 0.99] as const).map((q) => [quantile(q, histogram), `p${q * 100}`]);
