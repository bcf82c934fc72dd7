import { Injectable } from '@nestjs/common';
import { Config } from '#libs/config';
import { UnitOfWork } from '#libs/database';
import type { Scope } from '#libs/kernel';
import { AuditChain, type AuditProblem, ChainCheck } from './audit-chain.js';
import { AuditChainRepository, type UnsealedEvent } from './persistence/audit-chain.repository.js';

const ROWS_AT_ONCE = 1_000;
const SEALED_WITHIN_SECONDS = 60;

/** Where a chain was at some time. Note it elsewhere: only so the removal of the newest events can be seen. */
export interface ChainHead {
	readonly sequence: number;
	/** Hexadecimal. */
	readonly hash: string;
}

export interface AuditVerdict {
	readonly sealed: number;
	/** Made a moment ago, and in no chain yet. */
	readonly waiting: number;
	readonly head: ChainHead;
	readonly problems: readonly AuditProblem[];
}

/** Tells whether the audit log of an organization is what was written. */
@Injectable()
export class AuditVerifier {
	private readonly chain: AuditChain;

	constructor(
		config: Config,
		private readonly work: UnitOfWork,
		private readonly repository: AuditChainRepository,
	) {
		this.chain = new AuditChain(config.secrets.ENCRYPTION_KEY ?? []);
	}

	/** Reads all of it. `known`: a head that was noted before, which the chain must still contain. */
	async verify(scope: Scope, known?: ChainHead): Promise<AuditVerdict> {
		const check = new ChainCheck(this.chain);
		const problems: AuditProblem[] = [];
		let sealed = 0;
		let isKnownSeen = known === undefined || known.sequence === 0;
		for (;;) {
			const rows = await this.work.run(scope, (tenant) =>
				this.repository.sealed(tenant, check.head.sequence, ROWS_AT_ONCE),
			);
			for (const row of rows) {
				problems.push(...check.next(row));
				isKnownSeen ||= row.sequence === known?.sequence && row.hash.toString('hex') === known.hash;
			}
			sealed += rows.length;
			if (rows.length < ROWS_AT_ONCE) break;
		}
		if (!isKnownSeen && known !== undefined) problems.push(differing(known));
		const unsealed = await this.work.run(scope, (tenant) => this.repository.unsealed(tenant));
		const strange = unsealed.flatMap(strangeness);
		return {
			sealed,
			waiting: unsealed.length - strange.length,
			head: check.head,
			problems: [...problems, ...strange],
		};
	}
}

const differing = ({ sequence }: ChainHead): AuditProblem => ({
	kind: 'head_differs',
	sequence,
	eventId: null,
	message: 'the chain does not contain the head that was noted: its end was removed or made anew',
});

function strangeness({ id, isWaiting, ageSeconds }: UnsealedEvent): AuditProblem[] {
	const place = { sequence: null, eventId: id };
	if (!isWaiting) return [{ ...place, kind: 'inserted', message: 'the event was not written by the product' }];
	if (ageSeconds < SEALED_WITHIN_SECONDS) return [];
	return [{ ...place, kind: 'unsealed', message: 'no worker has sealed the event for a minute: does one run?' }];
}
