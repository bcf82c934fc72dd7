import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Scope } from '#libs/kernel';
import { type Rerating as ReratingRecord, ReratingsService } from '#libs/metering';
import { CurrentScope, Requires } from '../edge/access.decorators.js';
import { Cursors } from '../edge/cursor.js';
import { paged, PageQuery } from '../edge/paged.js';
import { Responds } from '../edge/responds.decorator.js';
import { id as ReratingId } from './prices.schemas.js';
import { Rerating, ReratingList, StartRerating } from './reratings.schemas.js';

@ApiTags('Prices')
@Controller('api/v1/prices/reratings')
export class ReratingsController {
	constructor(
		private readonly reratings: ReratingsService,
		private readonly cursors: Cursors,
	) {}

	@Get()
	@Requires('prices:read')
	@Responds(200, ReratingList, 'Periods that were charged anew, newest first')
	list(@CurrentScope() scope: Scope, @Query({ schema: PageQuery }) query: PageQuery) {
		return paged({ scope, name: 'reratings', query, cursors: this.cursors }, (page) =>
			this.reratings.list(scope, page),
		);
	}

	@Post()
	@Requires('prices:write')
	@Responds(
		202,
		Rerating,
		'The period will be charged anew, by the prices that are set now; differences become corrections',
	)
	start(
		@CurrentScope() scope: Scope,
		@Body({ schema: StartRerating }) { from, to }: StartRerating,
	): Promise<ReratingRecord> {
		return this.reratings.start(scope, from, to);
	}

	@Get(':id')
	@Requires('prices:read')
	@Responds(200, Rerating, 'What the calls of each model cost before and after')
	get(@CurrentScope() scope: Scope, @Param('id', { schema: ReratingId }) id: string): Promise<ReratingRecord> {
		return this.reratings.get(scope, id);
	}
}
