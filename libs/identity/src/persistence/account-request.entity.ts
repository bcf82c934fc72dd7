import { Column, Entity, PrimaryColumn } from 'typeorm';

export type AccountRequestKind = 'register' | 'reset-password' | 'change-email';

/** What somebody asked for who has yet to prove that they read a mail. */
@Entity('account_requests')
export class AccountRequestEntity {
	/** The system organization: who asks is not signed in. */
	@PrimaryColumn('uuid', { name: 'organization_id' })
	organizationId!: string;

	@PrimaryColumn('uuid')
	id!: string;

	@Column('text')
	kind!: AccountRequestKind;

	@Column('text')
	email!: string;

	/** Of a known account; `null` until the worker has looked, and for new ones. */
	@Column('uuid', { name: 'user_id', nullable: true })
	userId!: string | null;

	@Column('text', { nullable: true })
	name!: string | null;

	@Column('text', { name: 'organization_name', nullable: true })
	organizationName!: string | null;

	@Column('text', { name: 'password_hash', nullable: true, select: false })
	passwordHash!: string | null;

	@Column('bytea', { name: 'token_hash', nullable: true, select: false })
	tokenHash!: Buffer | null;

	@Column('timestamptz', { name: 'expires_at' })
	expiresAt!: Date;

	@Column('timestamptz', { name: 'used_at', nullable: true })
	usedAt!: Date | null;

	@Column('timestamptz', { name: 'created_at', default: () => 'now()' })
	createdAt!: Date;

	@Column('timestamptz', { name: 'updated_at', default: () => 'now()' })
	updatedAt!: Date;
}
