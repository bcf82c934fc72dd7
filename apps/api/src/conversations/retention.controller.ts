import { Body, Controller, Get, Patch } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Retention as RetentionRecord, RetentionService } from '#libs/conversations';
import type { Scope } from '#libs/kernel';
import { CurrentScope, Requires } from '../edge/access.decorators.js';
import { Responds } from '../edge/responds.decorator.js';
import { Retention, UpdateRetention } from './retention.schemas.js';

@ApiTags('Conversations')
@Controller('api/v1/conversations/retention')
export class RetentionController {
	constructor(private readonly retention: RetentionService) {}

	@Get()
	@Requires('organizations:read')
	@Responds(200, Retention, 'How many days the organization keeps conversations')
	get(@CurrentScope() scope: Scope): Promise<RetentionRecord> {
		return this.retention.get(scope);
	}

	@Patch()
	@Requires('organizations:write')
	@Responds(200, Retention, 'What is older goes within the hour')
	update(
		@CurrentScope() scope: Scope,
		@Body({ schema: UpdateRetention }) change: UpdateRetention,
	): Promise<RetentionRecord> {
		return this.retention.update(scope, change);
	}
}
