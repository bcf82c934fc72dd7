import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Scope } from '#libs/kernel';
import { MailOutboxService } from '#libs/notifications';
import { CurrentScope, Requires } from '../edge/access.decorators.js';
import { Cursors } from '../edge/cursor.js';
import { PageQuery, paged } from '../edge/paged.js';
import { Responds } from '../edge/responds.decorator.js';
import { KeptMailList } from './mail.schemas.js';

@ApiTags('Mail')
@Controller('api/v1/mail')
export class MailController {
	constructor(
		private readonly outbox: MailOutboxService,
		private readonly cursors: Cursors,
	) {}

	@Get('outbox')
	@Requires('instance:operate')
	@Responds(200, KeptMailList, 'Mails of all organizations that wait for a mail server, newest first')
	list(@CurrentScope() scope: Scope, @Query({ schema: PageQuery }) query: PageQuery) {
		return paged({ scope, name: 'mails', query, cursors: this.cursors }, (page) => this.outbox.list(scope, page));
	}
}
