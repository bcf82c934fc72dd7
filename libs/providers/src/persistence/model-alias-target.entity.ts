import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('model_alias_targets')
export class ModelAliasTargetEntity {
	@PrimaryColumn('uuid', { name: 'organization_id' })
	organizationId!: string;

	@PrimaryColumn('uuid', { name: 'alias_id' })
	aliasId!: string;

	@PrimaryColumn('integer')
	position!: number;

	@Column('uuid', { name: 'provider_id' })
	providerId!: string;

	@Column('text')
	model!: string;

	@Column('integer', { default: 1 })
	weight!: number;

	@Column('integer', { default: 0 })
	priority!: number;
}
