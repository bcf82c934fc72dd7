import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { WrittenRates, WrittenTier } from '../prices/written-rates.js';

/** What an organization, or the installation for all, pays for models: rates, or a mark-up on what is charged without it. */
@Entity('prices')
export class PriceEntity {
	@PrimaryColumn('uuid', { name: 'organization_id' })
	organizationId!: string;

	@PrimaryColumn('uuid')
	id!: string;

	@Column('text', { nullable: true })
	vendor!: string | null;

	@Column('uuid', { name: 'provider_id', nullable: true })
	providerId!: string | null;

	@Column('text')
	model!: string;

	@Column('timestamptz', { name: 'valid_from' })
	validFrom!: Date;

	@Column('timestamptz', { name: 'valid_until', nullable: true })
	validUntil!: Date | null;

	@Column('jsonb', { nullable: true })
	rates!: WrittenRates | null;

	@Column('jsonb', { default: () => "'[]'" })
	tiers!: readonly WrittenTier[];

	@Column('integer', { name: 'mark_up', nullable: true })
	markUp!: number | null;

	@Column('text', { nullable: true })
	source!: string | null;

	/** Goes up with every change of what is charged. */
	@Column('integer', { default: 1 })
	revision!: number;

	@Column('uuid', { name: 'created_by', nullable: true })
	createdBy!: string | null;

	@Column('timestamptz', { name: 'created_at', default: () => 'now()' })
	createdAt!: Date;

	@Column('timestamptz', { name: 'updated_at', default: () => 'now()' })
	updatedAt!: Date;
}
