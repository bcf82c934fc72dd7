import type { INestApplicationContext } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Transaction } from '#libs/database';
import { systemScope } from '#libs/kernel';
import { asOwner } from '#libs/testing';
import { UsageReportsRepository } from '../../src/persistence/usage-reports.repository.js';

const totals = `count(*) FILTER (WHERE kind = 'call') AS calls, coalesce(sum(input_tokens), 0) AS "inputTokens",
	coalesce(sum(output_tokens), 0) AS "outputTokens"`;

/** The report and the ledger's sums of a period, both seen in one snapshot. */
export async function reportAndLedger(app: INestApplicationContext, organization: string, from: Date, to: Date) {
	return app.get(DataSource).transaction('REPEATABLE READ', async (manager) => {
		await manager.query(`SELECT set_config('app.organization_id', $1, true)`, [organization]);
		const scope = { ...systemScope(organization, 'test', 'test'), transaction: new Transaction(manager) };
		const rows = await app.get(UsageReportsRepository).sums(scope, { from, to, userId: undefined }, 'model');
		const total = rows.find(({ isTotal }) => isTotal);
		const [ledger] = await manager.query<{ calls: string; inputTokens: string; outputTokens: string }[]>(
			`SELECT ${totals} FROM usage_events WHERE organization_id = $1 AND occurred_at >= $2 AND occurred_at < $3`,
			[organization, from, to],
		);
		const groups = rows.filter(({ isTotal }) => !isTotal).reduce((sum, { calls }) => sum + Number(calls), 0);
		return {
			report: { calls: total?.calls, inputTokens: total?.inputTokens, outputTokens: total?.outputTokens },
			ledger,
			groups: String(groups),
		};
	});
}

const measures = `count(*) FILTER (WHERE kind = 'call') AS calls, sum(input_tokens) AS input_tokens, sum(output_tokens) AS output_tokens,
	sum(cost_nano_usd) AS cost_nano_usd, coalesce(sum(duration_ms) FILTER (WHERE kind = 'call'), 0) AS duration_ms,
	sum_of_histograms(histogram_of(duration_ms)) FILTER (WHERE kind = 'call') AS latency,
	sum_of_histograms(histogram_of(first_token_ms)) FILTER (WHERE kind = 'call') AS first_token`;
const sums = `sum(calls) AS calls, sum(input_tokens) AS input_tokens, sum(output_tokens) AS output_tokens,
	sum(cost_nano_usd) AS cost_nano_usd, sum(duration_ms) AS duration_ms,
	sum_of_histograms(latency) AS latency, sum_of_histograms(first_token) AS first_token`;
const all = 'project_id, user_id, key_id, dialect, operation, provider_id, model, alias, status, error_code';
const cuts = {
	total: 'dialect, status, error_code',
	callers: 'project_id, user_id, key_id, status, error_code',
	models: 'dialect, operation, provider_id, model, alias, status, error_code',
};
const levels = [
	...(['minute', 'hour'] as const).map((unit) => ({
		unit,
		by: all,
		stored: `SELECT *, ${unit} AS start FROM usage_rollups_${unit}ly WHERE organization_id = $1`,
	})),
	{ unit: 'day', by: all, stored: 'SELECT *, day AS start FROM usage_rollups_daily WHERE organization_id = $1' },
	...Object.entries(cuts).flatMap(([cut, by]) =>
		['hour', 'day'].map((unit) => ({
			unit,
			by,
			stored: `SELECT *, starts_at AS start FROM usage_summaries WHERE organization_id = $1 AND grain = '${unit}' AND cut = '${cut}'`,
		})),
	),
];

/**
 * What differs between the ledger and the sums of every level: minutes, hours, days, and the summaries with fewer dimensions.
 * Nothing, once everything that is over is summed up.
 */
export async function differences(organization: string): Promise<object[]> {
	const found = await Promise.all(
		levels.map(({ unit, by, stored }) => {
			const ledger = `SELECT date_trunc('${unit}', occurred_at, 'UTC') AS start, ${by}, ${measures} FROM usage_events
				WHERE organization_id = $1 AND occurred_at < date_trunc('${unit === 'day' ? 'hour' : unit}', now(), 'UTC')
					${unit === 'minute' ? `AND occurred_at >= date_trunc('minute', now(), 'UTC') - interval '47 hours'` : ''} GROUP BY start, ${by}`;
			const kept = `SELECT start, ${by}, ${sums} FROM (${stored}) s
				${unit === 'minute' ? `WHERE start >= date_trunc('minute', now(), 'UTC') - interval '47 hours'` : ''} GROUP BY start, ${by}`;
			return asOwner<object>(
				`WITH ledger AS (${ledger}), kept AS (${kept})
				SELECT 'only in the ledger' AS what, '${unit}' AS unit, to_jsonb(x) AS row FROM (SELECT * FROM ledger EXCEPT ALL SELECT * FROM kept) x
				UNION ALL SELECT 'only in the sums', '${unit}', to_jsonb(x) FROM (SELECT * FROM kept EXCEPT ALL SELECT * FROM ledger) x`,
				[organization],
			);
		}),
	);
	return found.flat();
}
