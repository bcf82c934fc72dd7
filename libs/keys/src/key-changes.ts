import { Injectable } from '@nestjs/common';
import { checkExpiry } from '#libs/access';
import { type AuditAction, AuditLog } from '#libs/audit';
import type { TenantScope } from '#libs/database';
import { Clock, missing } from '#libs/kernel';
import type { ApiKey, KeyChange } from './api-key.js';
import { KeyEpochs } from './key-epochs.js';
import { issuedScopes } from './key-rights.js';
import { KeyRepository } from './persistence/key.repository.js';

/** Changes of keys, told to the caches and to the audit log. */
@Injectable()
export class KeyChanges {
	constructor(
		private readonly keys: KeyRepository,
		private readonly epochs: KeyEpochs,
		private readonly audit: AuditLog,
		private readonly clock: Clock,
	) {}

	/** Scopes that are named must be held by whoever names them. */
	async update(tenant: TenantScope, before: ApiKey, change: KeyChange): Promise<ApiKey> {
		if (change.expiresAt !== undefined) checkExpiry(change.expiresAt, this.clock.now());
		await this.keys.update(tenant, before.id, {
			name: change.name ?? before.name,
			scopes: change.scopes === undefined ? before.scopes : issuedScopes(tenant, before.userId, change.scopes),
			models: change.models ?? before.models,
			ipRanges: change.ipRanges === undefined ? before.ipRanges : change.ipRanges,
			metadata: change.metadata ?? before.metadata,
			expiresAt: change.expiresAt === undefined ? before.expiresAt : change.expiresAt,
		});
		return this.record(tenant, 'key.update', before.id, before);
	}

	/** The key as it is now. */
	async record(tenant: TenantScope, action: AuditAction, id: string, before?: ApiKey): Promise<ApiKey> {
		if (before !== undefined) await this.epochs.raise(tenant, id);
		const after = await this.keys.find(tenant, id);
		if (!after) throw missing('API key');
		await this.audit.record(tenant, { action, targetType: 'api_key', targetId: id, before, after });
		return after;
	}
}
