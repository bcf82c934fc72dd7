import type { Metric, Registry } from 'prom-client';
import { SeriesTable } from './series-table.js';

/** More series of one metric than an installation has on purpose. */
const MOST_SERIES = 1_000;

/** What a metric of ours is called. `most`: of its series; 1,000 unless it says otherwise. */
export interface MetricName {
	readonly name: string;
	readonly help: string;
	readonly labelNames: readonly string[];
	readonly most?: number;
}

/** A line of text, as prom-client's registry takes it. */
interface Value {
	readonly metricName?: string;
	readonly labels: Readonly<Record<string, number | string>>;
	readonly sharedLabels?: Readonly<Record<string, string>>;
	readonly value: number;
}

/** A count that only grows. */
export class CounterSeries {
	value = 0;

	add(amount = 1): void {
		this.value += amount;
	}
}

/**
 * A counter like prom-client's at a small part of the price: a series is an object that its user keeps, and counting is an
 * addition. Texts are made when the metrics are read.
 */
export class HotCounter extends SeriesTable<CounterSeries> {
	constructor(
		private readonly named: MetricName,
		registry: Registry,
	) {
		super(named.labelNames, () => new CounterSeries(), named.most ?? MOST_SERIES);
		register(this, registry);
	}

	get name(): string {
		return this.named.name;
	}

	/** What prom-client asks for when the metrics are read. */
	get(): object {
		const { name, help } = this.named;
		const values = [...this.entries()].map(([labels, { value }]): Value => ({ labels, value }));
		return { name, help, type: 'counter', aggregator: 'sum', values };
	}
}

/** How often a value fell between two bounds. */
export class HistogramSeries {
	/** Per bucket, not summed up; the last is above all bounds. */
	readonly counts: Float64Array;
	sum = 0;

	constructor(private readonly bounds: Float64Array) {
		this.counts = new Float64Array(bounds.length + 1);
	}

	observe(value: number): void {
		const { bounds, counts } = this;
		let at = 0;
		while (at < bounds.length && value > (bounds[at] as number)) at++;
		counts[at] = (counts[at] as number) + 1;
		this.sum += value;
	}
}

/** A histogram like prom-client's; see `HotCounter`. */
export class HotHistogram extends SeriesTable<HistogramSeries> {
	private readonly bounds: Float64Array;

	/** `bounds`: upper ones, ascending, without infinity. */
	constructor(
		private readonly named: MetricName,
		bounds: readonly number[],
		registry: Registry,
	) {
		const kept = Float64Array.from(bounds);
		super(named.labelNames, () => new HistogramSeries(kept), named.most ?? MOST_SERIES);
		this.bounds = kept;
		register(this, registry);
	}

	get name(): string {
		return this.named.name;
	}

	/** What prom-client asks for when the metrics are read. */
	get(): object {
		const { name, help } = this.named;
		const values = [...this.entries()].flatMap(([labels, series]) => [...this.lines(labels, series)]);
		return { name, help, type: 'histogram', aggregator: 'sum', values };
	}

	private *lines(sharedLabels: Readonly<Record<string, string>>, { counts, sum }: HistogramSeries): Generator<Value> {
		const { name } = this.named;
		let below = 0;
		for (const [at, count] of counts.entries()) {
			below += count;
			yield { metricName: `${name}_bucket`, labels: { le: this.bounds[at] ?? '+Inf' }, sharedLabels, value: below };
		}
		yield { metricName: `${name}_sum`, labels: {}, sharedLabels, value: sum };
		yield { metricName: `${name}_count`, labels: {}, sharedLabels, value: below };
	}
}

/** prom-client's types know its own metrics only; it calls nothing but `get`. */
const register = (metric: HotCounter | HotHistogram, registry: Registry): void =>
	registry.registerMetric(metric as unknown as Metric);
