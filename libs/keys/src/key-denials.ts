import { Injectable, Logger } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { AuditLog } from '#libs/audit';
import { UnitOfWork } from '#libs/database';
import { AppError, type Origin, type Scope } from '#libs/kernel';
import { KeyDenied } from './key-denied.js';

const ONCE_PER_MS = 60_000;
const REMEMBERED = 10_000;

/** Records that a key of ours was refused: once a minute for each key and reason, since whoever has it may try for ever. */
@Injectable()
export class KeyDenials {
	private readonly logger = new Logger('Keys');
	private readonly recent = new LRUCache<string, true>({ max: REMEMBERED, ttl: ONCE_PER_MS });

	constructor(
		private readonly work: UnitOfWork,
		private readonly audit: AuditLog,
	) {}

	/** Of a failed authentication; does nothing for other errors. The caller does not wait for it. */
	async note(error: unknown, requestId: string, origin: Origin): Promise<void> {
		if (!(error instanceof AppError) || !(error.cause instanceof KeyDenied)) return;
		const { key, reason } = error.cause;
		const name = `${key.id} ${reason}`;
		if (this.recent.has(name)) return;
		this.recent.set(name, true);
		const { organizationId, id, userId } = key;
		const actor = { kind: 'key', userId, keyId: id } as const;
		const { ip, userAgent } = origin; // now: later the connection may be gone
		const permissions = new Set<string>();
		const scope: Scope = {
			organizationId,
			actor,
			permissions,
			projectId: undefined,
			requestId,
			origin: { ip, userAgent },
		};
		const entry = { action: 'key.use_denied', result: 'failure', targetType: 'api_key', targetId: id } as const;
		try {
			await this.work.run(scope, (tenant) => this.audit.record(tenant, { ...entry, after: { reason } }));
		} catch (cause) {
			this.recent.delete(name);
			this.logger.warn(`That key ${id} was refused could not be recorded: ${String(cause)}`);
		}
	}
}
