import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { type ErrorClass, errorClasses } from '#libs/kernel';
import { HotCounter, HotHistogram } from './hot-metrics.js';

const HTTP_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];
/** A route has few methods and classes of statuses; there are some hundreds of routes. */
const MOST_HTTP_SERIES = 3_000;
const classes = ['0xx', '1xx', '2xx', '3xx', '4xx', '5xx'];

/**
 * The metrics of one process, in a registry of its own. Names begin with `parallama_` or are those of OpenTelemetry's
 * conventions (`gen_ai_`); units are in the name.
 */
export class Metrics {
	private readonly registry = new Registry();
	private readonly http;
	private readonly errors;

	constructor(service: string) {
		this.registry.setDefaultLabels({ service });
		collectDefaultMetrics({ register: this.registry });
		this.http = new HotHistogram(
			{
				name: 'parallama_http_request_duration_seconds',
				help: 'Time to the end of the answer, by route template',
				labelNames: ['method', 'route', 'status'],
				most: MOST_HTTP_SERIES,
			},
			HTTP_SECONDS,
			this.registry,
		);
		this.errors = this.hotCounter('parallama_errors_total', 'Errors that were answered, by class', ['class']);
		for (const each of errorClasses) this.errors.of(each); // a rate needs the zero before the first
	}

	/** `route` is the template, never a path: it must not grow with what clients send. */
	httpRequest(method: string, route: string, statusCode: number, milliseconds: number): void {
		this.http.of(method, route, classes[Math.floor(statusCode / 100)] ?? 'other').observe(milliseconds / 1_000);
	}

	errored(errorClass: ErrorClass): void {
		this.errors.of(errorClass).add();
	}

	/** For what is counted with every call: keep the series, or find it by its labels' values in the order of their names. */
	hotCounter(name: string, help: string, labelNames: readonly string[] = []): HotCounter {
		return new HotCounter({ name, help, labelNames }, this.registry);
	}

	/** As `hotCounter`; `bounds` ascend and leave infinity out. */
	hotHistogram(name: string, help: string, labelNames: readonly string[], bounds: readonly number[]): HotHistogram {
		return new HotHistogram({ name, help, labelNames }, bounds, this.registry);
	}

	counter<Label extends string>(name: string, help: string, labelNames: readonly Label[] = []): Counter<Label> {
		return new Counter({ name, help, labelNames, registers: [this.registry] });
	}

	/** `collect` sets the value when the metrics are read. */
	gauge<Label extends string>(
		name: string,
		help: string,
		labelNames: readonly Label[] = [],
		collect?: (gauge: Gauge<Label>) => void | Promise<void>,
	): Gauge<Label> {
		return new Gauge<Label>({
			name,
			help,
			labelNames,
			registers: [this.registry],
			...(collect === undefined
				? {}
				: {
						collect() {
							return collect(this);
						},
					}),
		});
	}

	histogram<Label extends string>(
		name: string,
		help: string,
		labelNames: readonly Label[],
		buckets: readonly number[],
	): Histogram<Label> {
		return new Histogram({ name, help, labelNames, buckets: [...buckets], registers: [this.registry] });
	}

	get contentType(): string {
		return this.registry.contentType;
	}

	text(): Promise<string> {
		return this.registry.metrics();
	}
}
