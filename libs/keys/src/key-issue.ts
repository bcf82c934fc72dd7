import { Injectable } from '@nestjs/common';
import { checkExpiry, MembershipsService, type ModelRules, ProjectsService, RestrictedModels } from '#libs/access';
import { Config } from '#libs/config';
import type { TenantScope } from '#libs/database';
import { AppError, Clock, newId, type Scope } from '#libs/kernel';
import { type NewKeyInput, OPEN_RULE } from './api-key.js';
import { generateKey } from './key-format.js';
import { issuedScopes } from './key-rights.js';
import { KeyRepository } from './persistence/key.repository.js';
import { hashSecret } from './secret-hash.js';

/** Keys made by keys made by keys …: so many at most. */
const LONGEST_LINE = 8;

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

	/** Returns the new key's id and its credential. */
	async issue(tenant: TenantScope, userId: string, input: NewKeyInput): Promise<{ id: string; credential: string }> {
		const scopes = issuedScopes(tenant, userId, input.scopes ?? null);
		const { expiresAt = null, models = OPEN_RULE, ipRanges = null, metadata = {} } = input;
		checkExpiry(expiresAt, this.clock.now());
		const membership = await this.memberships.get(tenant, userId);
		const project = await this.projects.resolve(tenant, input.projectId);
		const { keyId, secret, credential } = generateKey();
		const ids = { id: newId(), keyId, userId: membership.userId, projectId: project.id };
		const origin = { parentKeyId: await this.parentOf(tenant), issuerRules: issuerRules(tenant, userId) };
		const settings = { name: input.name, scopes, models, ipRanges, metadata, expiresAt };
		await this.keys.insert(tenant, { ...ids, ...origin, ...settings }, this.hashOf(secret));
		return { id: ids.id, credential };
	}

	/** A second secret for a key; its public part stays. */
	async renew(tenant: TenantScope, id: string, keyId: string, overlapSeconds: number): Promise<string> {
		const { secret, credential } = generateKey(keyId);
		await this.keys.rotate(tenant, id, this.hashOf(secret), overlapSeconds);
		return credential;
	}

	private hashOf(secret: string) {
		return hashSecret(this.config.secrets.KEY_PEPPER ?? [], secret);
	}

	private async parentOf(tenant: TenantScope): Promise<string | null> {
		if (tenant.actor.kind !== 'key') return null;
		const { keyId } = tenant.actor;
		if ((await this.keys.depth(tenant, keyId)) + 1 >= LONGEST_LINE)
			throw new AppError('conflict', 'key_line_too_long', `A line of keys that made keys has at most ${LONGEST_LINE}`);
		return keyId;
	}
}

/** The models that a person is limited to, when they make a key for somebody else; a key's own limits come with its line. */
const issuerRules = ({ actor, models }: Scope, ownerId: string): readonly ModelRules[] | null =>
	actor.kind === 'user' && actor.userId !== ownerId && models instanceof RestrictedModels ? models.groups : null;
