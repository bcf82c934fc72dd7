import { Injectable } from '@nestjs/common';
import type { TenantScope } from '#libs/database';
import { PasswordHasher } from './password-hasher.js';
import { demandGoodPassword, type PasswordOwner } from './password-rules.js';
import { UserRepository } from './persistence/user.repository.js';
import { type Addressee, SecurityEvents } from './security-events.js';
import { SessionsService } from './sessions.service.js';

/** A password that replaces another one, however its owner was recognised. */
@Injectable()
export class NewPasswords {
	constructor(
		private readonly hasher: PasswordHasher,
		private readonly users: UserRepository,
		private readonly sessions: SessionsService,
		private readonly events: SecurityEvents,
	) {}

	/** Before the transaction: it takes a while. @throws AppError invalid `weak_password` about `field` */
	async hash(password: string, owner: PasswordOwner, field?: string): Promise<string> {
		demandGoodPassword(password, owner, field);
		return this.hasher.hash(password);
	}

	/** In a scope of the user. Ends all their sessions and tells them. */
	async set(
		tenant: TenantScope,
		user: Addressee,
		hash: string,
		action: 'auth.password_change' | 'auth.password_reset',
	): Promise<void> {
		await this.users.setPassword(tenant, user.id, hash);
		await this.sessions.endAll(tenant, user.id, action);
		await this.events.tellOfPassword(tenant, user, action);
	}

	/** Of a new account, with one or without. */
	async recordNew(tenant: TenantScope, userId: string, role: string): Promise<void> {
		await this.events.record(tenant, 'user.create', userId, { role });
	}
}
