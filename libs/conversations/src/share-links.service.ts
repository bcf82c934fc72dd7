import { Injectable } from '@nestjs/common';
import { checkExpiry } from '#libs/access';
import { UnitOfWork } from '#libs/database';
import { AppError, missing, type Page, type PageRequest, type Scope } from '#libs/kernel';
import { OwnConversations } from './own-conversations.js';
import { MessagesRepository } from './persistence/messages.repository.js';
import { ShareLinksRepository } from './persistence/share-links.repository.js';
import { hashOfToken, newToken, type ShareLinkInput, type ShareLinkRecord } from './share-link.js';
import { ShareSecrets } from './share-secrets.js';

/** The links by which a person shows conversations to others. */
@Injectable()
export class ShareLinksService {
	constructor(
		private readonly work: UnitOfWork,
		private readonly own: OwnConversations,
		private readonly messages: MessagesRepository,
		private readonly links: ShareLinksRepository,
		private readonly secrets: ShareSecrets,
	) {}

	/** Newest first, also those that are over. */
	list(
		scope: Scope,
		filter: { readonly conversationId?: string | undefined },
		request: PageRequest,
	): Promise<Page<ShareLinkRecord>> {
		return this.work.run(scope, (tenant) => this.links.page(tenant, { ...filter, ...request }));
	}

	/**
	 * The token is never shown again.
	 * @throws AppError missing: conversation or message; invalid; conflict `conversation_in_trash`, `conversation_empty`, `quota_reached`
	 */
	async create(scope: Scope, id: string, input: ShareLinkInput): Promise<ShareLinkRecord & { readonly token: string }> {
		checkExpiry(input.expiresAt, new Date());
		const [token, passwordHash] = [newToken(), await this.secrets.passwordHashOf(input)];
		return this.work.run(scope, async (tenant) => {
			const { activeLeafId, title, isTemporary } = await this.own.demandOpen(tenant, id);
			const leafId = input.messageId ?? activeLeafId;
			if (leafId === null || isTemporary)
				throw new AppError(
					'conflict',
					'conversation_empty',
					'There is nothing to show, or the conversation is temporary',
				);
			if ((await this.messages.find(tenant, id, leafId)) === undefined) throw missing('The message');
			const { mode, audience, expiresAt } = input;
			const secrets = { tokenHash: hashOfToken(token), passwordHash };
			const link = { conversationId: id, mode, audience, leafId, title, expiresAt, ...secrets };
			const made = present(await this.links.find(tenant, await this.links.insert(tenant, link)));
			const after = { conversationId: id, mode, audience, expiresAt };
			await this.secrets.audit.record(tenant, { action: 'share_link.create', ...target(made.id), after });
			return { ...made, token };
		});
	}

	/** Nobody can open it from now on; it stays in the list. @throws AppError missing */
	revoke(scope: Scope, id: string): Promise<void> {
		return this.work.run(scope, async (tenant) => {
			const { revokedAt } = present(await this.links.find(tenant, id));
			if (revokedAt !== null) return;
			await this.links.revoke(tenant, id);
			await this.secrets.audit.record(tenant, { action: 'share_link.revoke', ...target(id) });
		});
	}
}

const target = (targetId: string) => ({ targetType: 'share_link', targetId }) as const;

function present(link: ShareLinkRecord | undefined): ShareLinkRecord {
	if (link === undefined) throw missing('The share link');
	return link;
}
