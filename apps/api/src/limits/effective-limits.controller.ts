import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Scope } from '#libs/kernel';
import { RuleExplainer } from '#libs/metering';
import { CurrentScope, Requires } from '../edge/access.decorators.js';
import { Responds } from '../edge/responds.decorator.js';
import { EffectiveLimits } from './limits.schemas.js';
import { questionOf, RuleQuestion } from './rules.schemas.js';

@ApiTags('Limits and budgets')
@Controller('api/v1/limits/effective')
export class EffectiveLimitsController {
	constructor(private readonly explainer: RuleExplainer) {}

	@Get()
	@Requires('limits:read')
	@Responds(200, EffectiveLimits, 'Which limits bind somebody, and why')
	async limits(@CurrentScope() scope: Scope, @Query({ schema: RuleQuestion }) question: RuleQuestion) {
		const { limits: items, templateRoleId } = await this.explainer.explain(scope, questionOf(question));
		return { items, templateRoleId };
	}
}
