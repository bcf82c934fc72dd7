import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('roles')
export class RoleEntity {
	@PrimaryColumn('uuid', { name: 'organization_id' })
	organizationId!: string;

	@PrimaryColumn('uuid')
	id!: string;

	@Column('text')
	name!: string;

	@Column('text')
	description!: string;

	/** Of the system organization: may be assigned in every organization. */
	@Column('boolean', { name: 'is_shared', default: false })
	isShared!: boolean;

	/** `null`: all. */
	@Column('text', { array: true, nullable: true })
	dialects!: string[] | null;

	/** Patterns of model names; `null`: all. */
	@Column('text', { name: 'model_allow', array: true, nullable: true })
	modelAllow!: string[] | null;

	@Column('text', { name: 'model_deny', array: true, default: () => "'{}'" })
	modelDeny!: string[];

	@Column('timestamptz', { name: 'created_at', default: () => 'now()' })
	createdAt!: Date;

	@Column('timestamptz', { name: 'updated_at', default: () => 'now()' })
	updatedAt!: Date;
}
