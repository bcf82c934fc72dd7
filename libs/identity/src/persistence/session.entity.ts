import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('sessions')
export class SessionEntity {
	/** Where the session acts; changed by a switch. */
	@Column('uuid', { name: 'organization_id' })
	organizationId!: string;

	@PrimaryColumn('uuid')
	id!: string;

	@Column('uuid', { name: 'user_id' })
	userId!: string;

	@Column('text', { name: 'user_agent', nullable: true })
	userAgent!: string | null;

	@Column('text', { nullable: true })
	ip!: string | null;

	/** When its owner last proved who they are by password. */
	@Column('timestamptz', { name: 'authenticated_at', default: () => 'now()' })
	authenticatedAt!: Date;

	@Column('timestamptz', { name: 'last_used_at', default: () => 'now()' })
	lastUsedAt!: Date;

	@Column('timestamptz', { name: 'expires_at' })
	expiresAt!: Date;

	@Column('timestamptz', { name: 'revoked_at', nullable: true })
	revokedAt!: Date | null;

	@Column('text', { name: 'revoked_reason', nullable: true })
	revokedReason!: string | null;

	@Column('timestamptz', { name: 'created_at', default: () => 'now()' })
	createdAt!: Date;

	@Column('timestamptz', { name: 'updated_at', default: () => 'now()' })
	updatedAt!: Date;
}
