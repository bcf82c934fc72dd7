import type { INestApplicationContext } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Transaction } from '#libs/database';
import { systemScope } from '#libs/kernel';
import { UsageReportsRepository } from '../../src/persistence/usage-reports.repository.js';

const sums = `count(*) FILTER (WHERE kind = 'call') AS calls, coalesce(sum(input_tokens), 0) AS "inputTokens",
	coalesce(sum(output_tokens), 0) AS "outputTokens"`;

/** The report and the ledger's sums of a period, both seen in one snapshot. */
export async function reportAndLedger(app: INestApplicationContext, organization: string, from: Date, to: Date) {
	return app.get(DataSource).transaction('REPEATABLE READ', async (manager) => {
		await manager.query(`SELECT set_config('app.organization_id', $1, true)`, [organization]);
		const scope = { ...systemScope(organization, 'test', 'test'), transaction: new Transaction(manager) };
		const rows = await app.get(UsageReportsRepository).sums(scope, { from, to, userId: undefined }, 'model');
		const total = rows.find(({ isTotal }) => isTotal);
		const [ledger] = await manager.query<{ calls: string; inputTokens: string; outputTokens: string }[]>(
			`SELECT ${sums} FROM usage_events WHERE organization_id = $1 AND occurred_at >= $2 AND occurred_at < $3`,
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
