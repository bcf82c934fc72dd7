import { Body, Controller, Delete, Get, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type SharedView, SharedViewService, ShareLinksService } from '#libs/conversations';
import type { Scope } from '#libs/kernel';
import { CurrentScope, KnownScope, PublicOrKnown, Requires } from '../edge/access.decorators.js';
import { Cursors } from '../edge/cursor.js';
import { Limited } from '../edge/limits.js';
import { paged } from '../edge/paged.js';
import { Responds, RespondsNothing } from '../edge/responds.decorator.js';
import { id as Id } from './conversations.schemas.js';
import {
	CreateShareLink,
	NewShareLink,
	OpenShareLink,
	SharedConversation,
	ShareLinkList,
	ShareLinksQuery,
} from './share-links.schemas.js';

@ApiTags('Sharing')
@Controller('api/v1')
export class ShareLinksController {
	constructor(
		private readonly links: ShareLinksService,
		private readonly shared: SharedViewService,
		private readonly cursors: Cursors,
	) {}

	@Get('share-links')
	@Requires('conversations:read')
	@Responds(200, ShareLinkList, 'Own share links, newest first, also those that are over')
	list(
		@CurrentScope() scope: Scope,
		@Query({ schema: ShareLinksQuery }) { limit, cursor, ...filter }: ShareLinksQuery,
	) {
		return paged({ scope, name: 'share-links', query: { limit, cursor }, cursors: this.cursors }, (page) =>
			this.links.list(scope, filter, page),
		);
	}

	@Delete('share-links/:id')
	@Requires('conversations:share')
	@RespondsNothing('Nobody can open it any more')
	revoke(@CurrentScope() scope: Scope, @Param('id', { schema: Id }) id: string): Promise<void> {
		return this.links.revoke(scope, id);
	}

	@Post('conversations/:id/share-links')
	@Requires('conversations:share')
	@Responds(201, NewShareLink, 'The link; its token is not shown again')
	create(
		@CurrentScope() scope: Scope,
		@Param('id', { schema: Id }) id: string,
		@Body({ schema: CreateShareLink }) input: CreateShareLink,
	) {
		return this.links.create(scope, id, input);
	}

	@Post('shared/open')
	@PublicOrKnown()
	@Limited('share')
	@Responds(200, SharedConversation, 'What the link shows')
	open(
		@KnownScope() scope: Scope | undefined,
		@Body({ schema: OpenShareLink }) request: OpenShareLink,
	): Promise<SharedView> {
		return this.shared.open(scope, request);
	}
}
