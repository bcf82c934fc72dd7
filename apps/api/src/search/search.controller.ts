import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type SearchHit, SearchService } from '#libs/conversations';
import type { Page, Scope } from '#libs/kernel';
import { CurrentScope, Requires } from '../edge/access.decorators.js';
import { Cursors } from '../edge/cursor.js';
import { paged } from '../edge/paged.js';
import { Responds } from '../edge/responds.decorator.js';
import { ChatSearch, SearchHits, SearchQuery } from './search.schemas.js';

@ApiTags('Search')
@Controller('api/v1')
export class SearchController {
	constructor(
		private readonly messages: SearchService,
		private readonly cursors: Cursors,
	) {}

	@Get('search')
	@Requires('conversations:read')
	@Responds(200, SearchHits, 'Messages of own conversations, the best first')
	search(@CurrentScope() scope: Scope, @Query({ schema: SearchQuery }) { q, ...rest }: SearchQuery) {
		return this.find(scope, { query: q, ...rest });
	}

	@Post('chat/search')
	@Requires('conversations:read')
	@Responds(200, SearchHits, 'The same, asked by a body')
	searchChats(@CurrentScope() scope: Scope, @Body({ schema: ChatSearch }) asked: ChatSearch) {
		return this.find(scope, asked);
	}

	/** A cursor belongs to what was asked. */
	private find(scope: Scope, { query: text, match: mode, conversationId, ...query }: ChatSearch) {
		const name = `search ${mode} ${conversationId ?? ''} ${text}`;
		return paged({ scope, name, query, cursors: this.cursors }, async (page) =>
			shown(await this.messages.search(scope, { ...page, text, mode, conversationId })),
		);
	}
}

const shown = ({ items, next }: Page<SearchHit>) => ({
	items: items.map(({ id, snippet, ...hit }) => ({
		...hit,
		messageId: id,
		snippet: snippet.text,
		highlights: snippet.highlights,
	})),
	next,
});
