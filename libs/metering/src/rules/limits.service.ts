import { Injectable } from '@nestjs/common';
import { checkExpiry } from '#libs/access';
import { UnitOfWork } from '#libs/database';
import { missing, type Page, type PageRequest, type Scope } from '#libs/kernel';
import { LimitsRepository } from '../persistence/limits.repository.js';
import type { RuleFilter } from '../persistence/rule-columns.js';
import { demandTerms, type LimitChange, type LimitInput, type LimitRecord } from './limit.js';
import { RuleChanges } from './rule-changes.js';

/** An organization's own limits. */
@Injectable()
export class LimitsService {
	constructor(
		private readonly work: UnitOfWork,
		private readonly limits: LimitsRepository,
		private readonly changes: RuleChanges,
	) {}

	/** Newest first, also those that have ended. */
	list(scope: Scope, filter: RuleFilter, request: PageRequest): Promise<Page<LimitRecord>> {
		return this.work.run(scope, (tenant) => this.limits.page(tenant, filter, request));
	}

	/** @throws AppError missing */
	get(scope: Scope, id: string): Promise<LimitRecord> {
		return this.work.run(scope, async (tenant) => present(await this.limits.find(tenant, id)));
	}

	/**
	 * In one place there can be one limit for good, and one that ends and counts instead of it meanwhile.
	 * @throws AppError invalid; missing for a project, user or key that is not of the organization; conflict
	 */
	async create(scope: Scope, input: LimitInput): Promise<LimitRecord> {
		demandTerms([input], () => 'window');
		checkExpiry(input.expiresAt, new Date());
		return this.work.run(scope, async (tenant) => {
			await this.changes.demandTarget(tenant, input);
			const after = present(await this.limits.find(tenant, await this.limits.insert(tenant, input)));
			await this.changes.add(tenant, { ...target('limit.create', after.id), after });
			return after;
		});
	}

	/** @throws AppError missing, invalid, conflict */
	async update(scope: Scope, id: string, change: LimitChange): Promise<LimitRecord> {
		checkExpiry(change.expiresAt ?? null, new Date());
		return this.work.run(scope, async (tenant) => {
			const before = present(await this.limits.find(tenant, id, true));
			await this.limits.update(tenant, id, change);
			const after = present(await this.limits.find(tenant, id));
			await this.changes.add(tenant, { ...target('limit.update', id), before, after });
			return after;
		});
	}

	/** Makes one, or changes the one that is there. @throws AppError as `create` and `update` */
	set(scope: Scope, input: LimitInput): Promise<LimitRecord> {
		return this.work.run(scope, async (tenant) => {
			const id = await this.limits.inPlace(tenant, input);
			return id === undefined ? this.create(tenant, input) : this.update(tenant, id, changeOf(input));
		});
	}

	/** @throws AppError missing */
	remove(scope: Scope, id: string): Promise<void> {
		return this.work.run(scope, async (tenant) => {
			const before = present(await this.limits.find(tenant, id, true));
			await this.limits.delete(tenant, id);
			await this.changes.add(tenant, { ...target('limit.delete', id), before });
		});
	}
}

function present(limit: LimitRecord | undefined): LimitRecord {
	if (limit === undefined) throw missing('The limit');
	return limit;
}

const target = <Action extends string>(action: Action, targetId: string) =>
	({ action, targetType: 'limit', targetId }) as const;

const changeOf = ({ max, reason, expiresAt }: LimitInput): LimitChange => ({ max, reason, expiresAt });
