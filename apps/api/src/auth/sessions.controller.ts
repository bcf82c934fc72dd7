import { Body, Controller, Delete, Get, Param, Post, Query, UseInterceptors } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { OwnPassword, SessionsService } from '#libs/identity';
import type { Scope } from '#libs/kernel';
import { CurrentScope, Requires } from '../edge/access.decorators.js';
import { Cursors } from '../edge/cursor.js';
import { PageQuery, paged } from '../edge/paged.js';
import { Responds, RespondsNothing } from '../edge/responds.decorator.js';
import { ClearRefreshCookie } from './refresh-cookie.interceptors.js';
import { Reauthenticate, SessionId, SessionList } from './sessions.schemas.js';

@ApiTags('Signing in')
@Controller('api/v1/auth')
export class SessionsController {
	constructor(
		private readonly sessions: SessionsService,
		private readonly own: OwnPassword,
		private readonly cursors: Cursors,
	) {}

	@Get('sessions')
	@Requires('account:self')
	@Responds(200, SessionList, 'Own sessions that are open, newest first')
	list(@CurrentScope() scope: Scope, @Query({ schema: PageQuery }) query: PageQuery) {
		return paged({ scope, name: 'sessions', query, cursors: this.cursors }, (page) => this.sessions.list(scope, page));
	}

	@Delete('sessions/:id')
	@Requires('account:self')
	@RespondsNothing('The session has ended')
	end(@CurrentScope() scope: Scope, @Param('id', { schema: SessionId }) id: string): Promise<void> {
		return this.sessions.end(scope, id);
	}

	@Post('logout-all')
	@Requires('account:self')
	@UseInterceptors(ClearRefreshCookie)
	@RespondsNothing('All own sessions have ended, also this one')
	logoutAll(@CurrentScope() scope: Scope): Promise<void> {
		return this.sessions.endAllOwn(scope);
	}

	@Post('reauthenticate')
	@Requires('account:self')
	@RespondsNothing('The next five minutes this session may do what needs a fresh password')
	reauthenticate(@CurrentScope() scope: Scope, @Body({ schema: Reauthenticate }) input: Reauthenticate): Promise<void> {
		return this.own.reauthenticate(scope, input.password);
	}
}
