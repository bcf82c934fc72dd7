import type { INestApplicationContext } from '@nestjs/common';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ConfigModule } from '#libs/config';
import { DatabaseModule } from '#libs/database';
import { newId } from '#libs/kernel';
import { CallLedgerModule, type CallOutcome, type CallStart, MeteringModule, NO_TOKENS } from '#libs/metering';
import { RedisConnection, RedisModule } from '#libs/redis';
import { Logs, Metrics, Readiness, TelemetryModule } from '#libs/telemetry';
import { asOwner, testConfig } from '#libs/testing';

@Module({})
class Root {}

async function start(process: 'api' | 'worker', settings: Record<string, string>): Promise<INestApplicationContext> {
	const sink = { write: () => undefined, flushSync: () => undefined };
	const logs = await Logs.open('test', { LOG_LEVEL: 'silent', LOG_PRETTY: 'off' }, sink);
	const module = {
		module: Root,
		imports: [
			ConfigModule.of(testConfig(process, settings)),
			DatabaseModule.as(process === 'api' ? 'app' : 'worker'),
			RedisModule,
			TelemetryModule.of({ logs, metrics: new Metrics('test'), readiness: new Readiness() }),
			process === 'api' ? CallLedgerModule : MeteringModule,
		],
	};
	const app = await NestFactory.createApplicationContext(module, { logger: false, abortOnError: false });
	await app.get(RedisConnection).connected(5_000);
	return app;
}

/** What the api needs to admit calls. */
export const startApi = (settings: Record<string, string> = {}) => start('api', settings);
/** What the worker needs to sum up and to reap. */
export const startWorker = (settings: Record<string, string> = {}) => start('worker', settings);

export async function anOrganization(): Promise<string> {
	const id = newId();
	await asOwner('INSERT INTO organizations (id, slug, name) VALUES ($1, $2, $2)', [id, `org-${id}`]);
	return id;
}

export const aCall = (organizationId: string, overrides: Partial<CallStart> = {}): CallStart => {
	const call = someCall(organizationId, overrides);
	return { ...call, candidates: overrides.candidates ?? [call] };
};

const someCall = (organizationId: string, overrides: Partial<CallStart>): Omit<CallStart, 'candidates'> => ({
	organizationId,
	projectId: undefined,
	userId: undefined,
	keyId: undefined,
	epochs: [],
	requestId: 'request',
	dialect: 'openai',
	operation: 'chat',
	alias: 'fast',
	providerId: '00000000-0000-7000-8000-00000000000a',
	vendor: 'ollama',
	model: 'llama3',
	isStreamed: true,
	reservedInputTokens: 11,
	reservedOutputTokens: 4_096,
	reservedImages: 0,
	...overrides,
});

export const anOutcome = (overrides: Partial<CallOutcome> = {}): CallOutcome => ({
	status: 'ok',
	errorCode: undefined,
	usage: { ...NO_TOKENS, input: 7, output: 5 },
	usageSource: 'provider',
	isEstimated: false,
	attempts: 1,
	firstTokenMs: 12,
	durationMs: 34,
	...overrides,
});

/** Of an organization, from the beginning of time on. Nobody is told. */
export async function addPrice(organizationId: string, model: string, rates: Record<string, string>): Promise<void> {
	await asOwner('INSERT INTO prices (organization_id, id, model, valid_from, rates) VALUES ($1, $2, $3, $4, $5)', [
		organizationId,
		newId(),
		model,
		new Date(0),
		JSON.stringify(rates),
	]);
}

export interface Row {
	event_id: string;
	kind: string;
	status: string;
	usage_source: string;
	is_estimated: boolean;
	occurred_on: string;
	occurred_at: Date;
	input_tokens: string;
	output_tokens: string;
	cost_nano_usd: string;
	price_version: string | null;
	error_code: string | null;
	model: string;
}

/** The ledger of an organization, as it is. */
export const ledgerOf = (organizationId: string): Promise<Row[]> =>
	asOwner<Row>(
		`SELECT event_id, kind, status, usage_source, is_estimated, occurred_on::text, occurred_at, input_tokens, output_tokens,
			cost_nano_usd, price_version, error_code, model
		FROM usage_events WHERE organization_id = $1 ORDER BY occurred_at, event_id, kind`,
		[organizationId],
	);

/** Of the whole organization. Nobody is told. */
export async function addLimit(
	organizationId: string,
	metric: string,
	window: string | null,
	max: number,
): Promise<void> {
	await asOwner('INSERT INTO limits (organization_id, id, metric, time_window, max) VALUES ($1, $2, $3, $4, $5)', [
		organizationId,
		newId(),
		metric,
		window,
		max,
	]);
}

/** In micro-USD, of the whole organization, a day, unless it is said otherwise. Nobody is told. */
export async function addBudget(
	organizationId: string,
	microUsd: number,
	more: Record<string, string> = {},
): Promise<void> {
	const row = { organization_id: organizationId, id: newId(), period: 'day', action: 'block', ...more };
	const all = { ...row, amount_nano_usd: `${microUsd}000` };
	const places = Object.keys(all).map((_, at) => `$${at + 1}`);
	await asOwner(
		`INSERT INTO budgets (${Object.keys(all).join(', ')}) VALUES (${places.join(', ')})`,
		Object.values(all),
	);
}
