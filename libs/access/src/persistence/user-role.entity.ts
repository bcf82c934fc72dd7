import { Column, Entity, PrimaryColumn } from 'typeorm';

/** An assignment: who has which role, in the whole organization or in one project, until when. */
@Entity('user_roles')
export class UserRoleEntity {
	@PrimaryColumn('uuid', { name: 'organization_id' })
	organizationId!: string;

	@PrimaryColumn('uuid')
	id!: string;

	@Column('uuid', { name: 'user_id' })
	userId!: string;

	/** Own organization, or the system organization for built-in roles. */
	@Column('uuid', { name: 'role_organization_id' })
	roleOrganizationId!: string;

	@Column('uuid', { name: 'role_id' })
	roleId!: string;

	@Column('uuid', { name: 'project_id', nullable: true })
	projectId!: string | null;

	@Column('timestamptz', { name: 'expires_at', nullable: true })
	expiresAt!: Date | null;

	/** When its holder was told that it ends soon. */
	@Column('timestamptz', { name: 'warned_at', nullable: true })
	warnedAt!: Date | null;

	@Column('timestamptz', { name: 'created_at', default: () => 'now()' })
	createdAt!: Date;

	@Column('timestamptz', { name: 'updated_at', default: () => 'now()' })
	updatedAt!: Date;
}
