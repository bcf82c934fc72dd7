import { Injectable } from '@nestjs/common';
import { MembershipsService, ProjectsService } from '#libs/access';
import { Config } from '#libs/config';
import type { TenantScope } from '#libs/database';
import { AppError, Clock, missing, newId } from '#libs/kernel';
import { generateKey } from './key-format.js';
import { issuedScopes } from './key-rights.js';
import { type ApiKey, KeyRepository } from './persistence/key.repository.js';
import { hashSecret } from './secret-hash.js';

export interface NewKeyInput {
	readonly name: string;
	/** By default the caller; for somebody else it needs `keys:write_all`. */
	readonly userId?: string | undefined;
	/** By default the caller's project. */
	readonly projectId?: string | undefined;
	/** `null` or absent: all that its owner may do, as far as the caller may hand it on. */
	readonly scopes?: readonly string[] | null | undefined;
	readonly expiresAt?: Date | null | undefined;
}

/** A new key with its credential, which nobody can show again. */
export interface IssuedKey extends ApiKey {
	readonly apiKey: string;
}

/** Makes keys. */
@Injectable()
export class KeyIssue {
	constructor(
		private readonly keys: KeyRepository,
		private readonly memberships: MembershipsService,
		private readonly projects: ProjectsService,
		private readonly config: Config,
		private readonly clock: Clock,
	) {}

	async issue(tenant: TenantScope, userId: string, input: NewKeyInput): Promise<IssuedKey> {
		const scopes = issuedScopes(tenant, userId, input.scopes ?? null);
		const expiresAt = input.expiresAt ?? null;
		if (expiresAt !== null && expiresAt.getTime() <= this.clock.now().getTime())
			throw new AppError('invalid', 'expiry_in_past', 'The key would have expired already', {
				details: [{ field: 'expiresAt', code: 'expiry_in_past', message: 'must be in the future' }],
			});
		const { membership, project } = await this.home(tenant, userId, input.projectId);
		const { keyId, secret, credential } = generateKey();
		const row = { id: newId(), keyId, name: input.name, userId: membership.userId, projectId: project.id };
		const hash = hashSecret(this.config.secrets.KEY_PEPPER ?? [], secret);
		await this.keys.insert(tenant, { ...row, scopes, expiresAt, ...hash });
		const key = await this.keys.find(tenant, row.id);
		if (!key) throw missing('API key');
		return { ...key, apiKey: credential };
	}

	private async home(tenant: TenantScope, userId: string, projectId: string | undefined) {
		const membership = await this.memberships.get(tenant, userId);
		return { membership, project: await this.projects.resolve(tenant, projectId) };
	}
}
