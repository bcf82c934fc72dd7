import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { TemplateLimit } from '../rules/limit.js';

@Entity('limit_templates')
export class LimitTemplateEntity {
	@PrimaryColumn('uuid', { name: 'organization_id' })
	organizationId!: string;

	@Column('uuid', { name: 'role_organization_id' })
	roleOrganizationId!: string;

	@PrimaryColumn('uuid', { name: 'role_id' })
	roleId!: string;

	@Column('jsonb')
	limits!: readonly TemplateLimit[];

	@Column('timestamptz', { name: 'created_at', default: () => 'now()' })
	createdAt!: Date;

	@Column('timestamptz', { name: 'updated_at', default: () => 'now()' })
	updatedAt!: Date;
}
