import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('invitations')
export class InvitationEntity {
	@PrimaryColumn('uuid', { name: 'organization_id' })
	organizationId!: string;

	@PrimaryColumn('uuid')
	id!: string;

	@Column('text')
	email!: string;

	/** Name of the role that the new member gets. */
	@Column('text')
	role!: string;

	@Column('uuid', { name: 'invited_by', nullable: true })
	invitedBy!: string | null;

	@Column('bytea', { name: 'token_hash', select: false })
	tokenHash!: Buffer;

	@Column('timestamptz', { name: 'expires_at' })
	expiresAt!: Date;

	@Column('timestamptz', { name: 'accepted_at', nullable: true })
	acceptedAt!: Date | null;

	@Column('timestamptz', { name: 'revoked_at', nullable: true })
	revokedAt!: Date | null;

	@Column('timestamptz', { name: 'created_at', default: () => 'now()' })
	createdAt!: Date;

	@Column('timestamptz', { name: 'updated_at', default: () => 'now()' })
	updatedAt!: Date;
}
