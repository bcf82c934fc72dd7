import { Injectable } from '@nestjs/common';
import { demand, type Grant, ProjectsService, RightsRepository } from '#libs/access';
import { type TenantScope, UnitOfWork } from '#libs/database';
import { Clock, missing, type Scope, userIdOf } from '#libs/kernel';
import { type AccessCheck, type AccessQuestion, type Explanation, keyChecks, memberChecks } from './explanation.js';
import { KeyControl } from './key-control.js';
import { KeyCredentials } from './persistence/key-credentials.js';

/** Whom the question is about: by default the caller. */
export interface ExplainedActor {
	readonly userId?: string | undefined;
	/** Id of a key, not its public part. */
	readonly keyId?: string | undefined;
	/** By default the caller's project; a key has its own. */
	readonly projectId?: string | undefined;
}

/** Says why somebody may do something, or why not, by the rules that are in force now. */
@Injectable()
export class AccessExplainer {
	constructor(
		private readonly work: UnitOfWork,
		private readonly rights: RightsRepository,
		private readonly projects: ProjectsService,
		private readonly control: KeyControl,
		private readonly credentials: KeyCredentials,
	) {}

	/** @throws AppError missing; denied for somebody else without `users:read`, or their key without `keys:read_all` */
	async explain(scope: Scope, about: ExplainedActor, question: AccessQuestion): Promise<Explanation> {
		return this.work.run(scope, async (tenant) => {
			const keyId =
				about.keyId ?? (about.userId === undefined && tenant.actor.kind === 'key' ? tenant.actor.keyId : undefined);
			return keyId === undefined ? this.ofMember(tenant, about, question) : this.ofKey(tenant, keyId, question);
		});
	}

	private async ofMember(tenant: TenantScope, { userId, projectId }: ExplainedActor, question: AccessQuestion) {
		const who = userId ?? userIdOf(tenant) ?? '';
		if (who !== userIdOf(tenant)) demand(tenant, 'users:read');
		const project = await this.projects.resolve(tenant, projectId);
		const rights = await this.rights.of(tenant, who, project.id);
		if (!rights) throw missing('User');
		const { isActive, grants } = rights;
		const roleRules = grants
			.filter(({ permissions }) => permissions.includes('models:use'))
			.map(({ models }) => models);
		const permissions = grants.flatMap((grant) => grant.permissions);
		return explanation(memberChecks({ isActive, permissions, roleRules }, question), grants, question);
	}

	private async ofKey(tenant: TenantScope, id: string, question: AccessQuestion): Promise<Explanation> {
		const key = await this.control.find(tenant, id, 'keys:read_all');
		const row = await this.credentials.find(key.keyId);
		if (!row) throw missing('API key');
		const rights = await this.rights.of(tenant, key.userId, key.projectId);
		return explanation(keyChecks(row.chain, question, new Clock().now().getTime()), rights?.grants ?? [], question);
	}
}

const explanation = (
	checks: readonly AccessCheck[],
	grants: readonly Grant[],
	{ permission }: AccessQuestion,
): Explanation => ({
	isAllowed: checks.every(({ isPassed }) => isPassed),
	checks,
	grants: grants.filter(({ permissions }) => permissions.includes(permission)),
});
