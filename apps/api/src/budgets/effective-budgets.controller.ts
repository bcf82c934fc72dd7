import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Scope } from '#libs/kernel';
import { RuleExplainer } from '#libs/metering';
import { CurrentScope, Requires } from '../edge/access.decorators.js';
import { Responds } from '../edge/responds.decorator.js';
import { questionOf, RuleQuestion } from '../limits/rules.schemas.js';
import { EffectiveBudgets } from './budgets.schemas.js';

@ApiTags('Limits and budgets')
@Controller('api/v1/budgets/effective')
export class EffectiveBudgetsController {
	constructor(private readonly explainer: RuleExplainer) {}

	@Get()
	@Requires('budgets:read')
	@Responds(200, EffectiveBudgets, 'Which budgets bind somebody, and what is left of them')
	async budgets(@CurrentScope() scope: Scope, @Query({ schema: RuleQuestion }) question: RuleQuestion) {
		return { items: (await this.explainer.explain(scope, questionOf(question))).budgets };
	}
}
