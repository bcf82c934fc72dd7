import { Entity, PrimaryColumn } from 'typeorm';

@Entity('role_permissions')
export class RolePermissionEntity {
	@PrimaryColumn('uuid', { name: 'organization_id' })
	organizationId!: string;

	@PrimaryColumn('uuid', { name: 'role_id' })
	roleId!: string;

	@PrimaryColumn('text')
	permission!: string;
}
