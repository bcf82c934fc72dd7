import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('refresh_tokens')
export class RefreshTokenEntity {
	@Column('uuid', { name: 'organization_id' })
	organizationId!: string;

	@PrimaryColumn('uuid')
	id!: string;

	@Column('uuid', { name: 'user_id' })
	userId!: string;

	@Column('uuid', { name: 'session_id' })
	sessionId!: string;

	@Column('bytea', { name: 'token_hash', select: false })
	tokenHash!: Buffer;

	@Column('timestamptz', { name: 'expires_at' })
	expiresAt!: Date;

	@Column('timestamptz', { name: 'used_at', nullable: true })
	usedAt!: Date | null;

	/** The token that came after it, sealed, for as long as it may be handed out again. */
	@Column('text', { name: 'successor_sealed', nullable: true, select: false })
	successorSealed!: string | null;

	@Column('timestamptz', { name: 'created_at', default: () => 'now()' })
	createdAt!: Date;

	@Column('timestamptz', { name: 'updated_at', default: () => 'now()' })
	updatedAt!: Date;
}
