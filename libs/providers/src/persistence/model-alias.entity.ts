import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { RoutingPolicy, StickyBy } from '../alias.js';

@Entity('model_aliases')
export class ModelAliasEntity {
	@PrimaryColumn('uuid', { name: 'organization_id' })
	organizationId!: string;

	@PrimaryColumn('uuid')
	id!: string;

	@Column('text')
	name!: string;

	@Column('text')
	policy!: RoutingPolicy;

	@Column('text', { name: 'sticky_by', nullable: true })
	stickyBy!: StickyBy | null;

	@Column('integer', { name: 'default_output_cap', nullable: true })
	defaultOutputCap!: number | null;

	@Column('boolean', { name: 'allow_dropped_params', default: false })
	allowDroppedParams!: boolean;

	@Column('boolean', { name: 'is_enabled', default: true })
	isEnabled!: boolean;

	@Column('boolean', { name: 'is_shared', default: false })
	isShared!: boolean;

	@Column('timestamptz', { name: 'created_at', default: () => 'now()' })
	createdAt!: Date;

	@Column('timestamptz', { name: 'updated_at', default: () => 'now()' })
	updatedAt!: Date;
}
