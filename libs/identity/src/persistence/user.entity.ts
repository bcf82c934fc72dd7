import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('users')
export class UserEntity {
	@PrimaryColumn('uuid')
	id!: string;

	@Column('text')
	email!: string;

	@Column('text')
	name!: string;

	/** A service account is no person: it has no password and no mailbox. */
	@Column('text', { default: 'person' })
	kind!: 'person' | 'service';

	@Column('text', { name: 'password_hash', nullable: true, select: false })
	passwordHash!: string | null;

	@Column('text', { default: 'active' })
	status!: 'active' | 'disabled';

	@Column('uuid', { name: 'last_organization_id', nullable: true })
	lastOrganizationId!: string | null;

	/** When its owner proved that they read mails to it. */
	@Column('timestamptz', { name: 'email_verified_at', nullable: true })
	emailVerifiedAt!: Date | null;

	/** The account is closed, and erased after this. */
	@Column('timestamptz', { name: 'delete_after', nullable: true })
	deleteAfter!: Date | null;

	@Column('timestamptz', { name: 'created_at', default: () => 'now()' })
	createdAt!: Date;

	@Column('timestamptz', { name: 'updated_at', default: () => 'now()' })
	updatedAt!: Date;
}
