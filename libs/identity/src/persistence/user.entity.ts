import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('users')
export class UserEntity {
	@PrimaryColumn('uuid')
	id!: string;

	@Column('text')
	email!: string;

	@Column('text')
	name!: string;

	@Column('text', { name: 'password_hash', nullable: true, select: false })
	passwordHash!: string | null;

	@Column('text', { default: 'active' })
	status!: 'active' | 'disabled';

	@Column('uuid', { name: 'last_organization_id', nullable: true })
	lastOrganizationId!: string | null;

	@Column('timestamptz', { name: 'created_at', default: () => 'now()' })
	createdAt!: Date;

	@Column('timestamptz', { name: 'updated_at', default: () => 'now()' })
	updatedAt!: Date;
}
