import { Body, Controller, Delete, Get, Param, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Scope } from '#libs/kernel';
import { type LimitTemplateRecord, LimitTemplatesService } from '#libs/metering';
import { CurrentScope, Requires } from '../edge/access.decorators.js';
import { Responds, RespondsNothing } from '../edge/responds.decorator.js';
import { LimitTemplate, LimitTemplateList, PutLimitTemplate } from './limits.schemas.js';
import { id as RoleId } from './rules.schemas.js';

@ApiTags('Limits and budgets')
@Controller('api/v1/limits/templates')
export class LimitTemplatesController {
	constructor(private readonly templates: LimitTemplatesService) {}

	@Get()
	@Requires('limits:read')
	@Responds(200, LimitTemplateList, 'What whoever has a role may use, for each role')
	async list(@CurrentScope() scope: Scope): Promise<{ items: readonly LimitTemplateRecord[]; nextCursor: null }> {
		return { items: await this.templates.list(scope), nextCursor: null };
	}

	@Put(':id')
	@Requires('limits:write')
	@Responds(200, LimitTemplate, "The role's limits as they are now")
	put(
		@CurrentScope() scope: Scope,
		@Param('id', { schema: RoleId }) id: string,
		@Body({ schema: PutLimitTemplate }) { limits }: PutLimitTemplate,
	): Promise<LimitTemplateRecord> {
		return this.templates.put(scope, id, limits);
	}

	@Delete(':id')
	@Requires('limits:write')
	@RespondsNothing("The installation's limits for the role count again")
	reset(@CurrentScope() scope: Scope, @Param('id', { schema: RoleId }) id: string): Promise<void> {
		return this.templates.reset(scope, id);
	}
}
