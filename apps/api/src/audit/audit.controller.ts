import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { AuditLog } from '#libs/audit';
import type { Scope } from '#libs/kernel';
import { CurrentScope, Requires } from '../edge/access.decorators.js';
import { Cursors } from '../edge/cursor.js';
import { paged } from '../edge/paged.js';
import { Responds } from '../edge/responds.decorator.js';
import { AuditEventList, AuditQuery } from './audit.schemas.js';

@ApiTags('Audit log')
@Controller('api/v1/audit-events')
export class AuditController {
	constructor(
		private readonly audit: AuditLog,
		private readonly cursors: Cursors,
	) {}

	@Get()
	@Requires('audit:read')
	@Responds(200, AuditEventList, 'Who did what in the organization; newest first')
	list(@CurrentScope() scope: Scope, @Query({ schema: AuditQuery }) { limit, cursor, ...filter }: AuditQuery) {
		return paged({ scope, name: 'audit-events', query: { limit, cursor }, cursors: this.cursors }, (page) =>
			this.audit.list(scope, filter, page),
		);
	}
}
