import { Injectable } from '@nestjs/common';
import type { TenantScope } from '#libs/database';
import { epochField, Epochs, Invalidations } from '#libs/redis';
import { KeyRepository } from './persistence/key.repository.js';

/** Tells everybody that a key has changed, and with it all that it made: admission script and the caches of every replica. */
@Injectable()
export class KeyEpochs {
	constructor(
		private readonly keys: KeyRepository,
		private readonly epochs: Epochs,
		private readonly invalidations: Invalidations,
	) {}

	/** In PostgreSQL with the change; once it is committed in Redis, then every replica forgets them. */
	async raise(tenant: TenantScope, id: string): Promise<void> {
		const raised = await this.keys.raiseEpochs(tenant, id);
		tenant.transaction.onCommit(async () => {
			await Promise.all(
				raised.map((key) => this.epochs.raise(tenant.organizationId, epochField.key(key.id), key.epoch)),
			);
			await Promise.all(raised.map((key) => this.invalidations.publish('key', key.id)));
		});
	}
}
