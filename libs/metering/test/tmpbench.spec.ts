import { it } from '@jest/globals';
import { CallLedger, LedgerFlusher } from '#libs/metering';
import { epochField } from '#libs/redis';
import { newId } from '#libs/kernel';
import { freshDatabase } from '#libs/testing';
import { aCall, anOrganization, anOutcome, startApi } from './support/processes.js';
import { writeFileSync } from 'node:fs';
it('bench', async () => {
	await freshDatabase();
	const api = await startApi({});
	const calls = api.get(CallLedger);
	const organization = await anOrganization();
	const start = aCall(organization, { epochs: [epochField.key(newId()), 0, epochField.membership(newId()), 1] });
	const outcome = anOutcome();
	const out: string[] = [];
	for (let r = 0; r < 5; r++) {
		const cpu = process.cpuUsage(); const t = performance.now();
		for (let i = 0; i < 200; i++) {
			const open = await Promise.all(Array.from({ length: 64 }, () => calls.open(start)));
			for (const c of open) c.settle(outcome);
			await new Promise((r) => setImmediate(r));
		}
		await api.get(LedgerFlusher).drain();
		const u = process.cpuUsage(cpu);
		out.push(`${((u.user + u.system) / 12800).toFixed(1)} us cpu/call, wall ${((performance.now() - t) / 12.8).toFixed(1)}`);
	}
	writeFileSync('/tmp/bench-metering.txt', out.join('\n'));
	await api.close();
}, 60000);
