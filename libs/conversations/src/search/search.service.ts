import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '#libs/database';
import type { Page, Scope } from '#libs/kernel';
import { textOf } from '../message.js';
import { SearchRepository } from '../persistence/search.repository.js';
import type { SearchHit, SearchRequest } from './search-hit.js';
import { databaseQueryOf, readQuery } from './search-query.js';
import { snippetOf } from './snippet.js';

/** Finds messages of the person who acts. */
@Injectable()
export class SearchService {
	constructor(
		private readonly work: UnitOfWork,
		private readonly found: SearchRepository,
	) {}

	/**
	 * The best first, among the 200 newest hits. Takes at most two seconds.
	 * @throws AppError invalid, also `search_too_broad`
	 */
	async search(scope: Scope, { text, mode, conversationId, limit, after }: SearchRequest): Promise<Page<SearchHit>> {
		const query = readQuery(text);
		const asked = {
			...databaseQueryOf(query, mode),
			...(conversationId === undefined ? {} : { conversation: conversationId }),
		};
		const offset = Number(after ?? 0);
		const rows = await this.work.run(scope, (tenant) => this.found.find(tenant, asked, { offset, limit: limit + 1 }));
		const terms = query.terms.filter(({ isExcluded }) => !isExcluded).map((term) => term.text);
		const items = rows
			.slice(0, limit)
			.map(({ content, ...hit }) => ({ ...hit, snippet: snippetOf(textOf(content), terms) }));
		return { items, next: rows.length > limit ? String(offset + limit) : null };
	}
}
