import { Injectable } from '@nestjs/common';
import { type TenantScope, UnitOfWork } from '#libs/database';
import { AppError, missing, type Scope, systemScope } from '#libs/kernel';
import { MessagesRepository } from './persistence/messages.repository.js';
import { ShareLinksRepository } from './persistence/share-links.repository.js';
import { hashOfToken, type OpenableLink, type SharedMessage, sharedOf, type ShareMode } from './share-link.js';
import { ShareSecrets } from './share-secrets.js';

const PAGE = 100;

export interface OpenRequest {
	readonly token: string;
	readonly password?: string | undefined;
	/** The message before which the page of before ended. */
	readonly before?: string | undefined;
}

/** What strangers see of a conversation. */
export interface SharedView {
	readonly title: string;
	readonly mode: ShareMode;
	/** The last ones first. */
	readonly items: readonly SharedMessage[];
	/** Passed back as `before`; `null`: it begins here. */
	readonly next: string | null;
}

/** Opens share links, for anybody. */
@Injectable()
export class SharedViewService {
	constructor(
		private readonly work: UnitOfWork,
		private readonly links: ShareLinksRepository,
		private readonly messages: MessagesRepository,
		private readonly secrets: ShareSecrets,
	) {}

	/**
	 * `caller`: who asks, where that is known.
	 * @throws AppError missing for a link that is unknown, over or of no concern to the caller; unauthenticated; denied
	 *   `share_password_wrong`
	 */
	async open(caller: Scope | undefined, request: OpenRequest): Promise<SharedView> {
		const place = await this.links.locate(hashOfToken(request.token));
		if (place === undefined) throw missing('The share link');
		const scope = systemScope(place.organizationId, 'share-link', caller?.requestId ?? 'share-link');
		const link = await this.work.run(scope, (tenant) => this.links.openable(tenant, place.id));
		if (link?.isOpen !== true) throw missing('The share link');
		await this.demandAudience(link, { caller, organizationId: place.organizationId, password: request.password });
		return this.work.run(scope, (tenant) => this.view(tenant, link, request.before));
	}

	private async demandAudience(
		{ audience, passwordHash }: OpenableLink,
		by: { readonly caller: Scope | undefined; readonly organizationId: string; readonly password: string | undefined },
	): Promise<void> {
		if (audience === 'signed_in' && by.caller === undefined)
			throw new AppError('unauthenticated', 'missing_credentials', 'This link is for members who are signed in');
		if (audience === 'signed_in' && by.caller?.organizationId !== by.organizationId) throw missing('The share link');
		if (audience === 'password' && !(await this.secrets.matches(by.password, passwordHash)))
			throw new AppError('denied', 'share_password_wrong', 'This link needs its password');
	}

	private async view(tenant: TenantScope, link: OpenableLink, before: string | undefined): Promise<SharedView> {
		const { conversationId, mode, leafId } = link;
		const newest = mode === 'live' ? await this.messages.leafBelow(tenant, conversationId, leafId) : leafId;
		// a page starts only at what the link shows
		const shown = before === undefined || (await this.messages.isAbove(tenant, before, newest ?? leafId));
		if (!shown) throw missing('The message');
		const from = before ?? newest ?? leafId;
		const rows = await this.messages.branch(tenant, conversationId, { leafId: from, limit: PAGE + 1 });
		if (before === undefined) await this.links.countView(tenant, link.id);
		const title = mode === 'live' ? link.liveTitle : link.title;
		return { title, mode, items: sharedOf(rows.slice(0, PAGE)), next: rows[PAGE]?.id ?? null };
	}
}
