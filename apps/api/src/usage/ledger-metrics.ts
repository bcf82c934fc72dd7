import { Injectable } from '@nestjs/common';
import { CallLedger, LedgerFlusher } from '#libs/metering';
import { Metrics } from '#libs/telemetry';

/** How the ledger of this process is. */
@Injectable()
export class LedgerMetrics {
	constructor(calls: CallLedger, flusher: LedgerFlusher, metrics: Metrics) {
		metrics.gauge('parallama_open_calls', 'Admitted calls that are not settled yet', [], (gauge) =>
			gauge.set(calls.openCalls.size),
		);
		metrics.gauge('parallama_ledger_pending_calls', 'Finished calls whose ledger row is not written yet', [], (gauge) =>
			gauge.set(flusher.pending),
		);
		metrics.gauge(
			'parallama_ledger_left_to_leases',
			'Finished calls left to the worker, memory being full',
			[],
			(gauge) => gauge.set(flusher.leftToLeases),
		);
	}
}
