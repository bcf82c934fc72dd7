import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import type { Scope } from '#libs/kernel';
import { RuleExplainer, type RuleExplanation } from '#libs/metering';
import { CurrentScope, Requires } from '../edge/access.decorators.js';
import { Responds } from '../edge/responds.decorator.js';
import { OwnLimit } from '../limits/limits.schemas.js';
import { OwnBudget } from './budgets.schemas.js';

const OwnUsage = z.object({ limits: z.array(OwnLimit), budgets: z.array(OwnBudget) }).meta({ id: 'OwnUsage' });

@ApiTags('Usage')
@Controller('api/v1/usage/me')
export class OwnUsageController {
	constructor(private readonly explainer: RuleExplainer) {}

	@Get()
	@Requires('usage:read_own')
	@Responds(200, OwnUsage, 'The limits and budgets that bind the caller, and what is left of them')
	mine(@CurrentScope() scope: Scope): Promise<RuleExplanation> {
		return this.explainer.mine(scope);
	}
}
