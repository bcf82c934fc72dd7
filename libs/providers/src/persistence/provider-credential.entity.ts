import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('provider_credentials')
export class ProviderCredentialEntity {
	@PrimaryColumn('uuid', { name: 'organization_id' })
	organizationId!: string;

	@PrimaryColumn('uuid')
	id!: string;

	@Column('uuid', { name: 'provider_id' })
	providerId!: string;

	@Column('text', { name: 'secret_sealed' })
	secretSealed!: string;

	@Column('text')
	last4!: string;

	@Column('text', { default: '' })
	label!: string;

	@Column('boolean', { name: 'is_enabled', default: true })
	isEnabled!: boolean;

	/** The lowest is tried first. */
	@Column('integer', { default: 0 })
	priority!: number;

	@Column('timestamptz', { name: 'created_at', default: () => 'now()' })
	createdAt!: Date;

	@Column('timestamptz', { name: 'updated_at', default: () => 'now()' })
	updatedAt!: Date;
}
