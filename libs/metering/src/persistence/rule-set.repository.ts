import { Injectable } from '@nestjs/common';
import type { TenantScope } from '#libs/database';
import type { RuleSet } from '../rules/rule-book.js';
import { BudgetsRepository } from './budgets.repository.js';
import { LimitTemplatesRepository } from './limit-templates.repository.js';
import { LimitsRepository } from './limits.repository.js';
import type { Timed } from './rule-columns.js';

/** Everything that an organization has set, and counts now. */
@Injectable()
export class RuleSetRepository {
	constructor(
		private readonly limits: LimitsRepository,
		private readonly budgets: BudgetsRepository,
		private readonly templates: LimitTemplatesRepository,
	) {}

	async current(scope: TenantScope): Promise<RuleSet> {
		const limits = await this.limits.current(scope);
		const budgets = await this.budgets.current(scope);
		const templates = (await this.templates.all(scope)).filter(({ source }) => source !== 'none');
		return {
			limits: limits.map(ending),
			budgets: budgets.map(ending),
			templates: new Map(templates.map((template) => [template.roleId, template])),
		};
	}
}

const ending = <Rule extends object>({ endsInMs, ...rule }: Timed<Rule>) =>
	Object.freeze({ ...(rule as unknown as Rule), endsAt: endsAt(endsInMs) });

const endsAt = (endsInMs: number | null): number =>
	endsInMs === null ? Number.POSITIVE_INFINITY : performance.now() + endsInMs;
