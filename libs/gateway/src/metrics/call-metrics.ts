import { Injectable } from '@nestjs/common';
import { AppError, errorClassOf, type Fault } from '#libs/kernel';
import type { CallOutcome } from '#libs/metering';
import { vendorOf } from '#libs/providers';
import { type CounterSeries, type HistogramSeries, type HotCounter, type HotHistogram, Metrics } from '#libs/telemetry';
import type { ClientOperation } from '../dialects/client-operation.js';
import type { Target } from '../routing/target.js';
import {
	DURATION_SECONDS,
	FIRST_CHUNK_SECONDS,
	OVERHEAD_SECONDS,
	operationNameOf,
	PER_TOKEN_SECONDS,
	TOKENS,
} from './conventions.js';

const OK = 'ok';
/** Provider and model of calls that were refused before. */
const NONE = 'none';
/** OpenTelemetry's attributes, with their dots as Prometheus writes them. */
const GEN_AI = ['gen_ai_operation_name', 'gen_ai_provider_name', 'gen_ai_request_model'];
const tokenClasses = ['input', 'cacheRead', 'cacheWrite', 'output', 'reasoning'] as const;

/** How a call ended; `fault`: of its error, if it was one of ours. */
export type MeasuredOutcome = Pick<CallOutcome, 'errorCode' | 'usage' | 'firstTokenMs' | 'durationMs'> & {
	readonly fault: Fault | undefined;
};

/** The series that a call which ends well counts in: found once for each way that calls go. */
interface CallSeries {
	readonly calls: CounterSeries;
	readonly duration: HistogramSeries;
	readonly firstChunk: HistogramSeries;
	readonly perToken: HistogramSeries;
	readonly inputTokens: HistogramSeries;
	readonly outputTokens: HistogramSeries;
	readonly tokens: readonly CounterSeries[];
}

/**
 * What calls did, as metrics: those of OpenTelemetry's conventions for generative AI, and our own. Labels are names that
 * administrators gave, operations and closed lists; never users, keys or conversations.
 */
@Injectable()
export class CallMetrics {
	private readonly known = new WeakMap<Target, Map<ClientOperation, CallSeries>>();
	private readonly duration: HotHistogram;
	private readonly usage: HotHistogram;
	private readonly firstChunk: HotHistogram;
	private readonly perToken: HotHistogram;
	private readonly calls: HotCounter;
	private readonly tokens: HotCounter;
	private readonly overhead: HotHistogram;
	private readonly admission: HistogramSeries;
	private readonly attempts: HotCounter;
	private readonly firstByte: HotHistogram;

	constructor(metrics: Metrics) {
		this.duration = metrics.hotHistogram(
			'gen_ai_client_operation_duration_seconds',
			'From the request being read to the end of the answer',
			[...GEN_AI, 'error_type'],
			DURATION_SECONDS,
		);
		this.usage = metrics.hotHistogram(
			'gen_ai_client_token_usage',
			'Tokens of a call',
			[...GEN_AI, 'gen_ai_token_type'],
			TOKENS,
		);
		this.firstChunk = metrics.hotHistogram(
			'gen_ai_client_operation_time_to_first_chunk_seconds',
			'From the request being read to the first byte of a streamed answer',
			GEN_AI,
			FIRST_CHUNK_SECONDS,
		);
		this.perToken = metrics.hotHistogram(
			'gen_ai_server_time_per_output_token_seconds',
			'Time between output tokens after the first, as the mean of a streamed call',
			GEN_AI,
			PER_TOKEN_SECONDS,
		);
		this.calls = metrics.hotCounter('parallama_calls_total', 'Calls that are over; outcome: ok or a class of errors', [
			'dialect',
			'provider',
			'model',
			'outcome',
		]);
		this.tokens = metrics.hotCounter('parallama_tokens_total', 'Tokens by class, as reported or estimated', [
			'provider',
			'model',
			'class',
		]);
		this.overhead = metrics.hotHistogram(
			'parallama_gateway_overhead_seconds',
			'From the request being read to its first attempt at an upstream',
			['dialect'],
			OVERHEAD_SECONDS,
		);
		this.admission = metrics
			.hotHistogram(
				'parallama_admission_seconds',
				'How long admitting a call took: one Redis script',
				[],
				OVERHEAD_SECONDS,
			)
			.of();
		this.attempts = metrics.hotCounter(
			'parallama_upstream_attempts_total',
			'Attempts at upstreams; outcome: ok or a class of errors',
			['provider', 'outcome'],
		);
		this.firstByte = metrics.hotHistogram(
			'parallama_upstream_first_byte_seconds',
			'From an attempt to the first byte of its answer',
			['provider'],
			FIRST_CHUNK_SECONDS,
		);
	}

	admitted(milliseconds: number): void {
		this.admission.observe(milliseconds / 1_000);
	}

	/** The first attempt begins. */
	sent({ dialect }: ClientOperation, overheadMs: number): void {
		this.overhead.of(dialect).observe(overheadMs / 1_000);
	}

	/** An attempt is over. */
	attempted({ provider }: Target, firstByteMs: number | undefined, error: AppError | undefined): void {
		const outcome = attemptOutcome(firstByteMs, error);
		this.attempts.of(provider.name, outcome).add();
		if (firstByteMs !== undefined) this.firstByte.of(provider.name).observe(firstByteMs / 1_000);
	}

	/** A call was refused before an upstream was chosen, or asked. */
	refused({ dialect }: ClientOperation, error: unknown): void {
		const known = error instanceof AppError ? errorClassOf(error.code, error.fault) : 'gateway_bug';
		this.calls.of(dialect, NONE, NONE, known).add();
	}

	/** A call is over. */
	ended(operation: ClientOperation, target: Target, isStreamed: boolean, outcome: MeasuredOutcome): void {
		const { usage, firstTokenMs, durationMs } = outcome;
		const series = this.seriesOf(operation, target);
		if (outcome.errorCode === undefined) {
			series.calls.add();
			series.duration.observe(durationMs / 1_000);
		} else this.failed(operation, target, outcome);
		for (const [at, name] of tokenClasses.entries()) if (usage[name] > 0) series.tokens[at]?.add(usage[name]);
		const input = usage.input + usage.cacheRead + usage.cacheWrite;
		const output = usage.output + usage.reasoning;
		if (input > 0) series.inputTokens.observe(input);
		if (output > 0) series.outputTokens.observe(output);
		if (!isStreamed || firstTokenMs === undefined) return;
		series.firstChunk.observe(firstTokenMs / 1_000);
		if (output > 1) series.perToken.observe((durationMs - firstTokenMs) / (output - 1) / 1_000);
	}

	private failed(operation: ClientOperation, target: Target, outcome: MeasuredOutcome): void {
		const { provider, model } = target;
		const error = errorClassOf(outcome.errorCode ?? '', outcome.fault);
		this.calls.of(operation.dialect, provider.name, model, error).add();
		this.duration.of(operationNameOf(operation), vendorOf(provider), model, error).observe(outcome.durationMs / 1_000);
	}

	private seriesOf(operation: ClientOperation, target: Target): CallSeries {
		let byOperation = this.known.get(target);
		if (byOperation === undefined) this.known.set(target, (byOperation = new Map()));
		let series = byOperation.get(operation);
		if (series === undefined) byOperation.set(operation, (series = this.find(operation, target)));
		return series;
	}

	private find(operation: ClientOperation, { provider, model }: Target): CallSeries {
		const genAi = [operationNameOf(operation), vendorOf(provider), model] as const;
		return {
			calls: this.calls.of(operation.dialect, provider.name, model, OK),
			duration: this.duration.of(...genAi, ''),
			firstChunk: this.firstChunk.of(...genAi),
			perToken: this.perToken.of(...genAi),
			inputTokens: this.usage.of(...genAi, 'input'),
			outputTokens: this.usage.of(...genAi, 'output'),
			tokens: tokenClasses.map((name) => this.tokens.of(provider.name, model, wordOf(name))),
		};
	}
}

/** An attempt without a byte and without an error was left by its client. */
function attemptOutcome(firstByteMs: number | undefined, error: AppError | undefined): string {
	if (error !== undefined) return errorClassOf(error.code, error.fault);
	return firstByteMs === undefined ? 'caller_gone' : OK;
}

const wordOf = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
