import { Injectable } from '@nestjs/common';
import { Quota } from '#libs/access';
import { type TenantScope, UnitOfWork } from '#libs/database';
import { newId, type Page, type PageRequest, pageOf } from '#libs/kernel';
import { ownerOf } from '../owner.js';
import type { OpenableLink, ShareAudience, ShareLinkRecord, ShareMode } from '../share-link.js';
import { ShareLinkEntity } from './share-link.entity.js';

const columns = `s.id, s.conversation_id AS "conversationId", s.mode, s.audience, s.leaf_id AS "leafId", s.title,
	s.view_count::float8 AS "viewCount", s.last_viewed_at AS "lastViewedAt", s.expires_at AS "expiresAt", s.revoked_at AS "revokedAt",
	s.created_at AS "createdAt"`;
const quota = new Quota('share links', 1_000, 'FROM share_links WHERE organization_id = $1 AND user_id = $2::uuid');

/** What a new link is, with what is kept of its secrets. */
export interface NewShareLink {
	readonly conversationId: string;
	readonly tokenHash: Buffer;
	readonly mode: ShareMode;
	readonly audience: ShareAudience;
	readonly passwordHash: string | null;
	readonly leafId: string;
	readonly title: string;
	readonly expiresAt: Date | null;
}

/** Ways in for others. */
@Injectable()
export class ShareLinksRepository {
	constructor(private readonly work: UnitOfWork) {}

	/** Of the person who acts, newest first, also those that are over. */
	async page(
		scope: TenantScope,
		{ conversationId, limit, after }: PageRequest & { readonly conversationId?: string | undefined },
	): Promise<Page<ShareLinkRecord>> {
		const rows = await scope.transaction.manager.query<ShareLinkRecord[]>(
			`SELECT ${columns} FROM share_links s WHERE s.organization_id = $1 AND s.user_id = $2
				AND ($3::uuid IS NULL OR s.conversation_id = $3) AND ($4::uuid IS NULL OR s.id < $4) ORDER BY s.id DESC LIMIT $5`,
			[scope.organizationId, ownerOf(scope), conversationId ?? null, after ?? null, limit + 1],
		);
		return pageOf(rows, limit);
	}

	async find(scope: TenantScope, id: string): Promise<ShareLinkRecord | undefined> {
		const [row] = await scope.transaction.manager.query<ShareLinkRecord[]>(
			`SELECT ${columns} FROM share_links s WHERE s.organization_id = $1 AND s.user_id = $2 AND s.id = $3`,
			[scope.organizationId, ownerOf(scope), id],
		);
		return row;
	}

	/** Returns its id. @throws AppError conflict `quota_reached` */
	async insert(scope: TenantScope, link: NewShareLink): Promise<string> {
		const [id, userId] = [newId(), ownerOf(scope)];
		await quota.take(scope, userId);
		await scope.transaction.manager.insert(ShareLinkEntity, {
			organizationId: scope.organizationId,
			id,
			userId,
			...link,
		});
		return id;
	}

	async revoke({ organizationId, transaction }: TenantScope, id: string): Promise<void> {
		const revokedAt = () => 'coalesce(revoked_at, now())';
		await transaction.manager.update(ShareLinkEntity, { organizationId, id }, { revokedAt, updatedAt: () => 'now()' });
	}

	/** Where the link of a token is, whoever asks. */
	async locate(tokenHash: Buffer): Promise<{ readonly organizationId: string; readonly id: string } | undefined> {
		const [row] = await this.work.callDefiner<{ organizationId: string; id: string }>(
			'SELECT organization_id AS "organizationId", id FROM find_share_link($1)',
			[tokenHash],
		);
		return row;
	}

	/** For whoever opens it. */
	async openable({ organizationId, transaction }: TenantScope, id: string): Promise<OpenableLink | undefined> {
		const [row] = await transaction.manager.query<OpenableLink[]>(
			`SELECT ${columns}, s.password_hash AS "passwordHash", c.title AS "liveTitle",
				s.revoked_at IS NULL AND (s.expires_at IS NULL OR s.expires_at > now()) AND c.deleted_at IS NULL
					AND m.status = 'active' AND u.status = 'active' AS "isOpen"
			FROM share_links s JOIN conversations c ON c.organization_id = s.organization_id AND c.id = s.conversation_id
				JOIN memberships m ON m.organization_id = s.organization_id AND m.user_id = s.user_id
				JOIN users u ON u.id = s.user_id
			WHERE s.organization_id = $1 AND s.id = $2`,
			[organizationId, id],
		);
		return row;
	}

	async countView({ organizationId, transaction }: TenantScope, id: string): Promise<void> {
		const viewCount = () => 'view_count + 1';
		await transaction.manager.update(
			ShareLinkEntity,
			{ organizationId, id },
			{ viewCount, lastViewedAt: () => 'now()' },
		);
	}
}
