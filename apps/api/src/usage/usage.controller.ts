import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Scope } from '#libs/kernel';
import { type UsageReport as Report, UsageService } from '#libs/metering';
import { CurrentScope, Requires } from '../edge/access.decorators.js';
import { Responds } from '../edge/responds.decorator.js';
import { AcceptedJob, RebuildUsage, UsageQuery, UsageReport } from './usage.schemas.js';

@ApiTags('Usage')
@Controller('api/v1/usage')
export class UsageController {
	constructor(private readonly usage: UsageService) {}

	@Get()
	@Requires('usage:read_own')
	@Responds(200, UsageReport, "Sums of the ledger: everybody's with usage:read, else the caller's own")
	report(@CurrentScope() scope: Scope, @Query({ schema: UsageQuery }) query: UsageQuery): Promise<Report> {
		return this.usage.report(scope, query);
	}

	@Post('rebuild')
	@Requires('usage:rebuild')
	@Responds(202, AcceptedJob, 'The sums are made again from the ledger')
	rebuild(
		@CurrentScope() scope: Scope,
		@Body({ schema: RebuildUsage }) { from, to }: RebuildUsage,
	): Promise<{ jobId: string }> {
		return this.usage.requestRebuild(scope, from, to);
	}
}
