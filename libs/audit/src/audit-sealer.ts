import { Injectable } from '@nestjs/common';
import { Config } from '#libs/config';
import { type TenantScope, UnitOfWork } from '#libs/database';
import { type Scope, systemScope } from '#libs/kernel';
import { AuditChain } from './audit-chain.js';
import { AuditChainRepository, type NewSeal } from './persistence/audit-chain.repository.js';

const ORGANIZATIONS_AT_ONCE = 1_000;
const EVENTS_AT_ONCE = 500;

/** Adds events to the chain of their organization, in the order in which they were made; late ones after earlier seals. */
@Injectable()
export class AuditSealer {
	private readonly chain: AuditChain;

	constructor(
		config: Config,
		private readonly work: UnitOfWork,
		private readonly repository: AuditChainRepository,
	) {
		this.chain = new AuditChain(config.secrets.ENCRYPTION_KEY ?? []);
	}

	/** Of all organizations. Returns how many events were sealed. */
	async sealDue(requestId: string): Promise<number> {
		let count = 0;
		for (const id of await this.repository.organizationsWithUnsealed(ORGANIZATIONS_AT_ONCE))
			count += await this.seal(systemScope(id, 'audit.seal', requestId));
		return count;
	}

	/** Of the scope's organization, all that wait; none when another worker is at it. */
	async seal(scope: Scope): Promise<number> {
		for (let count = 0; ; ) {
			const sealed = await this.work.run(scope, (tenant) => this.sealSome(tenant));
			count += sealed;
			if (sealed < EVENTS_AT_ONCE) return count;
		}
	}

	private async sealSome(tenant: TenantScope): Promise<number> {
		if (!(await this.repository.lock(tenant))) return 0;
		const events = await this.repository.waiting(tenant, EVENTS_AT_ONCE);
		if (events.length === 0) return 0;
		const { kid } = this.chain;
		let { sequence, hash } = await this.repository.head(tenant);
		const seals = events.map(({ id, canonical }): NewSeal => {
			sequence++;
			hash = this.chain.link(kid, hash, sequence, canonical) ?? hash; // of the key it was just asked for
			return { sequence, eventId: id, hash };
		});
		await this.repository.append(tenant, kid, seals);
		return seals.length;
	}
}
