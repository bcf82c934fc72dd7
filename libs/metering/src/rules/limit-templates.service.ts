import { Injectable } from '@nestjs/common';
import { type TenantScope, UnitOfWork } from '#libs/database';
import { AppError, missing, type Scope } from '#libs/kernel';
import { type LimitTemplateRecord, LimitTemplatesRepository } from '../persistence/limit-templates.repository.js';
import { demandTerms, type TemplateLimit } from './limit.js';
import { RuleChanges } from './rule-changes.js';

/** What each role may use by default. Changes of the system organization are for every organization that made none. */
@Injectable()
export class LimitTemplatesService {
	constructor(
		private readonly work: UnitOfWork,
		private readonly templates: LimitTemplatesRepository,
		private readonly changes: RuleChanges,
	) {}

	/** Of every role that the organization can give. */
	list(scope: Scope): Promise<LimitTemplateRecord[]> {
		return this.work.run(scope, (tenant) => this.templates.all(tenant));
	}

	/** Replaces all limits of a role; an empty list means none. @throws AppError invalid, missing */
	async put(scope: Scope, roleId: string, limits: readonly TemplateLimit[]): Promise<LimitTemplateRecord> {
		demandTerms(limits, (at) => `limits.${at}.window`);
		demandDifferent(limits);
		return this.change(scope, roleId, (tenant, before) => this.templates.put(tenant, before, limits));
	}

	/** Back to the installation's. @throws AppError missing */
	async reset(scope: Scope, roleId: string): Promise<void> {
		await this.change(scope, roleId, (tenant) => this.templates.delete(tenant, roleId));
	}

	private change(
		scope: Scope,
		roleId: string,
		change: (tenant: TenantScope, before: LimitTemplateRecord) => Promise<void>,
	): Promise<LimitTemplateRecord> {
		return this.work.run(scope, async (tenant) => {
			const before = await this.present(tenant, roleId);
			await change(tenant, before);
			const after = await this.present(tenant, roleId);
			await this.changes.add(tenant, {
				action: 'limit.template_change',
				targetType: 'role',
				targetId: roleId,
				before,
				after,
			});
			return after;
		});
	}

	private async present(tenant: TenantScope, roleId: string): Promise<LimitTemplateRecord> {
		const [template] = await this.templates.all(tenant, roleId);
		if (template === undefined) throw missing('Role');
		return template;
	}
}

/** @throws AppError invalid `validation_failed` */
function demandDifferent(limits: readonly TemplateLimit[]): void {
	const places = limits.map(({ metric, window, dialect, model }) => JSON.stringify([metric, window, dialect, model]));
	const details = places
		.map((place, at) => ({ at, isRepeated: places.indexOf(place) < at }))
		.filter(({ isRepeated }) => isRepeated)
		.map(({ at }) => ({ field: `limits.${at}`, code: 'duplicate', message: 'is about the same as another' }));
	if (details.length > 0) throw new AppError('invalid', 'validation_failed', 'The limits are not valid', { details });
}
