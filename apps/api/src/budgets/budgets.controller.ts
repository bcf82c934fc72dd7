import { Body, Controller, Delete, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Scope } from '#libs/kernel';
import { BudgetsService, type BudgetState } from '#libs/metering';
import { CurrentScope, Requires } from '../edge/access.decorators.js';
import { Cursors } from '../edge/cursor.js';
import { paged } from '../edge/paged.js';
import { Responds, RespondsNothing } from '../edge/responds.decorator.js';
import { id as RuleId, RulesQuery } from '../limits/rules.schemas.js';
import { Budget, BudgetList, CreateBudget, UpdateBudget } from './budgets.schemas.js';

@ApiTags('Limits and budgets')
@Controller('api/v1/budgets')
export class BudgetsController {
	constructor(
		private readonly budgets: BudgetsService,
		private readonly cursors: Cursors,
	) {}

	@Get()
	@Requires('budgets:read')
	@Responds(200, BudgetList, "The organization's budgets, newest first, also those that have ended")
	list(@CurrentScope() scope: Scope, @Query({ schema: RulesQuery }) { limit, cursor, ...filter }: RulesQuery) {
		return paged({ scope, name: 'budgets', query: { limit, cursor }, cursors: this.cursors }, (page) =>
			this.budgets.list(scope, filter, page),
		);
	}

	@Post()
	@Requires('budgets:write')
	@Responds(201, Budget, 'The new budget; it binds the next call')
	create(@CurrentScope() scope: Scope, @Body({ schema: CreateBudget }) input: CreateBudget): Promise<BudgetState> {
		return this.budgets.create(scope, input);
	}

	@Get(':id')
	@Requires('budgets:read')
	@Responds(200, Budget, 'One budget')
	get(@CurrentScope() scope: Scope, @Param('id', { schema: RuleId }) id: string): Promise<BudgetState> {
		return this.budgets.get(scope, id);
	}

	@Patch(':id')
	@Requires('budgets:write')
	@Responds(200, Budget, 'The changed budget; what was spent stays spent')
	update(
		@CurrentScope() scope: Scope,
		@Param('id', { schema: RuleId }) id: string,
		@Body({ schema: UpdateBudget }) change: UpdateBudget,
	): Promise<BudgetState> {
		return this.budgets.update(scope, id, change);
	}

	@Delete(':id')
	@Requires('budgets:write')
	@RespondsNothing('The budget is gone')
	remove(@CurrentScope() scope: Scope, @Param('id', { schema: RuleId }) id: string): Promise<void> {
		return this.budgets.remove(scope, id);
	}
}
