import { Body, Controller, Delete, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Scope } from '#libs/kernel';
import { type PriceRecord, PricesService } from '#libs/metering';
import { CurrentScope, Requires } from '../edge/access.decorators.js';
import { Cursors } from '../edge/cursor.js';
import { paged } from '../edge/paged.js';
import { Responds, RespondsNothing } from '../edge/responds.decorator.js';
import { CreatePrice, id as PriceId, Price, PriceList, PricesQuery, UpdatePrice } from './prices.schemas.js';

@ApiTags('Prices')
@Controller('api/v1/prices')
export class PricesController {
	constructor(
		private readonly prices: PricesService,
		private readonly cursors: Cursors,
	) {}

	@Get()
	@Requires('prices:read')
	@Responds(200, PriceList, "The organization's and the installation's prices, newest first, then the shipped list")
	list(@CurrentScope() scope: Scope, @Query({ schema: PricesQuery }) { limit, cursor, ...filter }: PricesQuery) {
		return paged({ scope, name: 'prices', query: { limit, cursor }, cursors: this.cursors }, (page) =>
			this.prices.list(scope, filter, page),
		);
	}

	@Post()
	@Requires('prices:write')
	@Responds(201, Price, 'The new price or mark-up; it counts for calls that are admitted from `validFrom` on')
	create(@CurrentScope() scope: Scope, @Body({ schema: CreatePrice }) input: CreatePrice): Promise<PriceRecord> {
		return this.prices.create(scope, input);
	}

	@Get(':id')
	@Requires('prices:read')
	@Responds(200, Price, "One price of the organization or the installation; the shipped list's are in the list")
	get(@CurrentScope() scope: Scope, @Param('id', { schema: PriceId }) id: string): Promise<PriceRecord> {
		return this.prices.get(scope, id);
	}

	@Patch(':id')
	@Requires('prices:write')
	@Responds(200, Price, 'The changed price; calls that are charged already stay as they are')
	update(
		@CurrentScope() scope: Scope,
		@Param('id', { schema: PriceId }) id: string,
		@Body({ schema: UpdatePrice }) change: UpdatePrice,
	): Promise<PriceRecord> {
		return this.prices.update(scope, id, change);
	}

	@Delete(':id')
	@Requires('prices:write')
	@RespondsNothing('The price is gone; the next table counts')
	remove(@CurrentScope() scope: Scope, @Param('id', { schema: PriceId }) id: string): Promise<void> {
		return this.prices.remove(scope, id);
	}
}
