import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

const HTTP_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

/** The metrics of one process, in a registry of its own. Names begin with `parallama_`; units are in the name. */
export class Metrics {
	private readonly registry = new Registry();
	private readonly http: Histogram<'method' | 'route' | 'status'>;

	constructor(service: string) {
		this.registry.setDefaultLabels({ service });
		collectDefaultMetrics({ register: this.registry });
		this.http = this.histogram(
			'parallama_http_request_duration_seconds',
			'Time to the end of the answer, by route template',
			['method', 'route', 'status'],
			HTTP_BUCKETS,
		);
	}

	/** `route` is the template, never a path: it must not grow with what clients send. */
	httpRequest(method: string, route: string, statusCode: number, milliseconds: number): void {
		const status = `${Math.floor(statusCode / 100)}xx`;
		this.http.observe({ method, route, status }, milliseconds / 1_000);
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
