import { Column, Entity } from 'typeorm';
import { OwnedRow } from './rows.js';

/** A way in for others. */
@Entity('share_links')
export class ShareLinkEntity extends OwnedRow {
	@Column('uuid', { name: 'conversation_id' })
	conversationId!: string;

	@Column('bytea', { name: 'token_hash' })
	tokenHash!: Buffer;

	@Column('text')
	mode!: 'snapshot' | 'live';

	@Column('text')
	audience!: 'public' | 'signed_in' | 'password';

	@Column('text', { name: 'password_hash', nullable: true })
	passwordHash!: string | null;

	@Column('uuid', { name: 'leaf_id', nullable: true })
	leafId!: string | null;

	@Column('text', { default: '' })
	title!: string;

	@Column('bigint', { name: 'view_count', default: '0' })
	viewCount!: string;

	@Column('timestamptz', { name: 'last_viewed_at', nullable: true })
	lastViewedAt!: Date | null;

	@Column('timestamptz', { name: 'expires_at', nullable: true })
	expiresAt!: Date | null;

	@Column('timestamptz', { name: 'revoked_at', nullable: true })
	revokedAt!: Date | null;
}
