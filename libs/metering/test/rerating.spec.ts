import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { INestApplicationContext } from '@nestjs/common';
import { UnitOfWork } from '#libs/database';
import { newId, type Scope, systemScope } from '#libs/kernel';
import { type CallOutcome, type PriceInput, PricesService, Rerater, RollupService, UsageService } from '#libs/metering';
import { asOwner, freshDatabase } from '#libs/testing';
import { ledgerRow } from '../src/ledger-row.js';
import { ReratingsRepository } from '../src/persistence/reratings.repository.js';
import { UsageLedger } from '../src/persistence/usage-ledger.js';
import { ReratingsService } from '../src/prices/reratings.service.js';
import { aCall, anOrganization, anOutcome, ledgerOf, startApi, startWorker } from './support/processes.js';

let api: INestApplicationContext;
let worker: INestApplicationContext;
const DAY = Date.UTC(2026, 5, 10);
const [from, to] = [new Date(DAY), new Date(DAY + 2 * 86_400_000)];

beforeAll(async () => {
	await freshDatabase();
	[api, worker] = await Promise.all([startApi(), startWorker()]);
});
afterAll(() => Promise.all([api?.close(), worker?.close()]));

const input = (nanoUsd: string): PriceInput => ({
	vendor: null,
	providerId: null,
	model: 'llama3',
	validFrom: new Date(0),
	validUntil: null,
	rates: { inputNanoUsd: nanoUsd, outputNanoUsd: nanoUsd },
	tiers: [],
	markUpBasisPoints: null,
	source: null,
});
const MILLION_TIMES = '1000000'; // a nano-USD a token

interface Made {
	readonly at?: number;
	readonly model?: string;
	readonly outcome?: Partial<CallOutcome>;
	readonly eventId?: string;
}
const append = (organization: string, { at = 0, model = 'llama3', outcome = {}, eventId = newId() }: Made) => {
	const occurredAtMs = DAY + at;
	return worker.get(UsageLedger).append([
		ledgerRow({
			eventId,
			occurredOn: new Date(occurredAtMs).toISOString().slice(0, 10),
			occurredAtMs,
			start: aCall(organization, { model }),
			outcome: { ...anOutcome(outcome), cost: 'unpriced' },
		}),
	]);
};
const scopeOf = (organization: string): Scope => systemScope(organization, 'test', 'test');
const start = (scope: Scope) => api.get(ReratingsService).start(scope, from, to);
const costOf = async (organization: string): Promise<bigint> =>
	(await ledgerOf(organization)).reduce((sum, { cost_nano_usd }) => sum + BigInt(cost_nano_usd), 0n);

async function rerate(scope: Scope) {
	const { id } = await start(scope);
	await worker.get(Rerater).run(scope, id);
	return api.get(ReratingsService).get(scope, id);
}

describe('charging a period anew', () => {
	it('appends the differences, says before and after by model, and finds nothing more to do the next time', async () => {
		const organization = await anOrganization();
		const scope = scopeOf(organization);
		await append(organization, {}); // 7 and 5 tokens
		await append(organization, {
			at: 86_400_000 + 5,
			outcome: { usage: { input: 1, cacheRead: 2, cacheWrite: 3, output: 4, reasoning: 5 } },
		});
		await append(organization, { model: 'nobody-knows' });
		await append(organization, { at: 2 * 86_400_000 }); // after the period
		const { id } = await api.get(PricesService).create(scope, input(MILLION_TIMES));
		const first = await rerate(scope);
		expect(first.models).toEqual([
			{ model: 'llama3', calls: 2, corrected: 2, beforeNanoUsd: '0', afterNanoUsd: '27' },
			{ model: 'nobody-knows', calls: 1, corrected: 0, beforeNanoUsd: '0', afterNanoUsd: '0' },
		]);
		const again = await rerate(scope);
		expect(again.models?.[0]).toEqual({
			model: 'llama3',
			calls: 2,
			corrected: 0,
			beforeNanoUsd: '27',
			afterNanoUsd: '27',
		});
		await api.get(PricesService).update(scope, id, { rates: { inputNanoUsd: '0', outputNanoUsd: MILLION_TIMES } });
		expect((await rerate(scope)).models?.[0]).toEqual({
			model: 'llama3',
			calls: 2,
			corrected: 2,
			beforeNanoUsd: '27',
			afterNanoUsd: '14',
		});
		expect(await costOf(organization)).toBe(14n);
		const corrections = await asOwner<{ price_version: string; corrects: string }>(
			`SELECT price_version, corrects FROM usage_events WHERE organization_id = $1 AND kind = 'correction' ORDER BY recorded_at`,
			[organization],
		);
		expect(corrections.map(({ price_version }) => price_version)).toEqual([id, id, `${id}.2`, `${id}.2`]);
	});

	it('opens hours that were summed up, so that reports say it', async () => {
		const organization = await anOrganization();
		const scope = scopeOf(organization);
		await append(organization, {});
		await worker.get(RollupService).rollUpDue(scope);
		await api.get(PricesService).create(scope, input(MILLION_TIMES));
		await rerate(scope);
		await worker.get(RollupService).rollUpDue(scope);
		const { total } = await api
			.get(UsageService)
			.report({ ...scope, permissions: new Set(['usage:read']) }, { from, to, groupBy: 'model' });
		expect(total).toMatchObject({ calls: 1, costNanoUsd: '12', inputTokens: 7 });
	});

	it('knows what corrected the usage of a call, and the policy for broken ones', async () => {
		const organization = await anOrganization();
		const scope = scopeOf(organization);
		const eventId = newId();
		await append(organization, { eventId, outcome: { isEstimated: true, status: 'interrupted' } });
		const exact = { usage: { input: 100, cacheRead: 0, cacheWrite: 0, output: 50, reasoning: 0 }, delivered: 20 };
		await append(organization, { eventId, outcome: { ...exact, status: 'interrupted' } });
		await api.get(PricesService).create(scope, input(MILLION_TIMES));
		await rerate(scope);
		expect(await costOf(organization)).toBe(120n);
		await asOwner(`UPDATE organizations SET charge_interrupted = 'upstream' WHERE id = $1`, [organization]);
		await rerate(scope);
		expect(await costOf(organization)).toBe(150n);
	});

	it('corrects once, however often it is delivered at the same time or after it was cut off', async () => {
		const organization = await anOrganization();
		const scope = scopeOf(organization);
		for (let at = 0; at < 20; at++) await append(organization, { at });
		await api.get(PricesService).create(scope, input(MILLION_TIMES));
		const { id } = await start(scope);
		await Promise.all(Array.from({ length: 4 }, () => worker.get(Rerater).run(scope, id)));
		await asOwner('UPDATE price_reratings SET models = NULL, finished_at = NULL WHERE id = $1', [id]); // as if cut off at its end
		await worker.get(Rerater).run(scope, id);
		expect(await costOf(organization)).toBe(240n);
		const found = await worker.get(UnitOfWork).run(scope, (tenant) => worker.get(ReratingsRepository).find(tenant, id));
		expect(found?.models).toEqual([
			{ model: 'llama3', calls: 20, corrected: 20, beforeNanoUsd: '0', afterNanoUsd: '240' },
		]);
	});

	it('is done for one period of an organization at a time, and for no period that is not over', async () => {
		const scope = scopeOf(await anOrganization());
		await start(scope);
		await expect(start(scope)).rejects.toMatchObject({ fault: 'conflict' });
		const later = api.get(ReratingsService).start(scope, from, new Date(Date.now() + 60_000));
		await expect(later).rejects.toMatchObject({ fault: 'invalid' });
	});
});
