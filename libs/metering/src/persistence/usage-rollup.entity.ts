import { Column, Entity, PrimaryColumn } from 'typeorm';
import { UsageDimensions } from './usage-columns.js';

/** Sums of one hour. Its key is the hour with all dimensions, nulls being equal: a unique index, since no column of a primary key can be null. */
@Entity('usage_rollups_hourly')
export class UsageRollupEntity extends UsageDimensions {
	@PrimaryColumn('uuid', { name: 'organization_id' })
	organizationId!: string;

	@PrimaryColumn('timestamptz')
	hour!: Date;

	@Column('bigint')
	calls!: string;

	@Column('bigint', { name: 'duration_ms', default: 0 })
	durationMs!: string;
}
