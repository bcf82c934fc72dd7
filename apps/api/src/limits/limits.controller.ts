import { Body, Controller, Delete, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Scope } from '#libs/kernel';
import { type LimitRecord, LimitsService } from '#libs/metering';
import { CurrentScope, Requires } from '../edge/access.decorators.js';
import { Cursors } from '../edge/cursor.js';
import { paged } from '../edge/paged.js';
import { Responds, RespondsNothing } from '../edge/responds.decorator.js';
import { CreateLimit, Limit, LimitList, UpdateLimit } from './limits.schemas.js';
import { id as RuleId, RulesQuery } from './rules.schemas.js';

@ApiTags('Limits and budgets')
@Controller('api/v1/limits')
export class LimitsController {
	constructor(
		private readonly limits: LimitsService,
		private readonly cursors: Cursors,
	) {}

	@Get()
	@Requires('limits:read')
	@Responds(200, LimitList, "The organization's own limits, newest first, also those that have ended")
	list(@CurrentScope() scope: Scope, @Query({ schema: RulesQuery }) { limit, cursor, ...filter }: RulesQuery) {
		return paged({ scope, name: 'limits', query: { limit, cursor }, cursors: this.cursors }, (page) =>
			this.limits.list(scope, filter, page),
		);
	}

	@Post()
	@Requires('limits:write')
	@Responds(201, Limit, 'The new limit; it binds the next call')
	create(@CurrentScope() scope: Scope, @Body({ schema: CreateLimit }) input: CreateLimit): Promise<LimitRecord> {
		return this.limits.create(scope, input);
	}

	@Get(':id')
	@Requires('limits:read')
	@Responds(200, Limit, 'One limit')
	get(@CurrentScope() scope: Scope, @Param('id', { schema: RuleId }) id: string): Promise<LimitRecord> {
		return this.limits.get(scope, id);
	}

	@Patch(':id')
	@Requires('limits:write')
	@Responds(200, Limit, 'The changed limit; what was counted stays')
	update(
		@CurrentScope() scope: Scope,
		@Param('id', { schema: RuleId }) id: string,
		@Body({ schema: UpdateLimit }) change: UpdateLimit,
	): Promise<LimitRecord> {
		return this.limits.update(scope, id, change);
	}

	@Delete(':id')
	@Requires('limits:write')
	@RespondsNothing('The limit is gone')
	remove(@CurrentScope() scope: Scope, @Param('id', { schema: RuleId }) id: string): Promise<void> {
		return this.limits.remove(scope, id);
	}
}
