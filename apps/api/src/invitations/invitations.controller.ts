import { Body, Controller, Delete, Get, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import {
	type Client,
	InvitationAcceptance,
	type Invitation as InvitationRecord,
	InvitationsService,
} from '#libs/identity';
import type { Scope } from '#libs/kernel';
import { ClientInfo, CurrentScope, KnownScope, PublicOrKnown, Requires } from '../edge/access.decorators.js';
import { Cursors } from '../edge/cursor.js';
import { Limited } from '../edge/limits.js';
import { PageQuery, paged } from '../edge/paged.js';
import { Responds, RespondsNothing } from '../edge/responds.decorator.js';
import { AcceptInvitation, CreateInvitation, Invitation, InvitationId, InvitationList } from './invitations.schemas.js';

@ApiTags('Users')
@Controller('api/v1/invitations')
export class InvitationsController {
	constructor(
		private readonly invitations: InvitationsService,
		private readonly acceptance: InvitationAcceptance,
		private readonly cursors: Cursors,
	) {}

	@Get()
	@Requires('users:read')
	@Responds(200, InvitationList, 'Who was invited, newest first')
	list(@CurrentScope() scope: Scope, @Query({ schema: PageQuery }) query: PageQuery) {
		return paged({ scope, name: 'invitations', query, cursors: this.cursors }, (page) =>
			this.invitations.list(scope, page),
		);
	}

	@Post()
	@Requires('users:write')
	@Responds(201, Invitation, 'The invitation; its code goes to the address by mail')
	create(
		@CurrentScope() scope: Scope,
		@Body({ schema: CreateInvitation }) input: CreateInvitation,
	): Promise<InvitationRecord> {
		return this.invitations.create(scope, input);
	}

	@Delete(':id')
	@Requires('users:write')
	@Responds(200, Invitation, 'The invitation is taken back')
	revoke(@CurrentScope() scope: Scope, @Param('id', { schema: InvitationId }) id: string): Promise<InvitationRecord> {
		return this.invitations.revoke(scope, id);
	}

	@Post('accept')
	@PublicOrKnown()
	@Limited('code')
	@RespondsNothing('A member of the organization from now on')
	accept(
		@Body({ schema: AcceptInvitation }) input: AcceptInvitation,
		@KnownScope() scope: Scope | undefined,
		@ClientInfo() client: Client,
	): Promise<void> {
		return this.acceptance.accept(input, scope, client);
	}
}
