import { Column, Entity, PrimaryColumn } from 'typeorm';

/** An hour that the ledger changed since it was last summed up: reports read it from minutes and the ledger. */
@Entity('usage_open_windows')
export class UsageOpenWindowEntity {
	@PrimaryColumn('uuid', { name: 'organization_id' })
	organizationId!: string;

	@PrimaryColumn('timestamptz')
	hour!: Date;

	@Column('bigint', { default: 0 })
	version!: string;
}

/** A minute of the last two days that the ledger changed since it was last summed up. */
@Entity('usage_open_minutes')
export class UsageOpenMinuteEntity {
	@PrimaryColumn('uuid', { name: 'organization_id' })
	organizationId!: string;

	@PrimaryColumn('timestamptz')
	minute!: Date;

	@Column('bigint', { default: 0 })
	version!: string;
}
