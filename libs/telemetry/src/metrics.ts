import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { RequestDurations } from './request-durations.js';

/** The metrics of one process, in a registry of its own. Names begin with `parallama_`; units are in the name. */
export class Metrics {
	private readonly registry = new Registry();
	private readonly http = new RequestDurations();

	constructor(service: string) {
		this.registry.setDefaultLabels({ service });
		collectDefaultMetrics({ register: this.registry });
		this.http.register(this.registry);
	}

	/** `route` is the template, never a path: it must not grow with what clients send. */
	httpRequest(method: string, route: string, statusCode: number, milliseconds: number): void {
		this.http.observe(method, route, statusCode, milliseconds / 1_000);
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
