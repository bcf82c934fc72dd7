import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { ProviderKind } from '../provider.js';
import type { ProviderSettings } from '../provider-settings.js';

@Entity('providers')
export class ProviderEntity {
	@PrimaryColumn('uuid', { name: 'organization_id' })
	organizationId!: string;

	@PrimaryColumn('uuid')
	id!: string;

	@Column('text')
	name!: string;

	@Column('text')
	kind!: ProviderKind;

	@Column('text', { name: 'base_url' })
	baseUrl!: string;

	/** What is not set has its default: read it with `readSettings`. */
	@Column('jsonb', { default: {} })
	settings!: Partial<ProviderSettings>;

	@Column('boolean', { name: 'is_enabled', default: true })
	isEnabled!: boolean;

	@Column('boolean', { name: 'is_shared', default: false })
	isShared!: boolean;

	@Column('timestamptz', { name: 'created_at', default: () => 'now()' })
	createdAt!: Date;

	@Column('timestamptz', { name: 'updated_at', default: () => 'now()' })
	updatedAt!: Date;
}
