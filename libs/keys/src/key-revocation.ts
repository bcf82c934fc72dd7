import { Injectable } from '@nestjs/common';
import type { TenantScope } from '#libs/database';
import { epochField, Epochs, Invalidations } from '#libs/redis';
import { KeyRepository } from './persistence/key.repository.js';

/** Ends a key everywhere: in the database, in what the admission script compares, in the caches of every replica. */
@Injectable()
export class KeyRevocation {
	constructor(
		private readonly keys: KeyRepository,
		private readonly epochs: Epochs,
		private readonly invalidations: Invalidations,
	) {}

	/** A second time it changes nothing. */
	async revoke(tenant: TenantScope, id: string): Promise<void> {
		const epoch = await this.keys.revoke(tenant, id);
		if (epoch === undefined) return;
		tenant.transaction.onCommit(async () => {
			await this.epochs.raise(tenant.organizationId, epochField.key(id), epoch);
			await this.invalidations.publish('key', id);
		});
	}
}
