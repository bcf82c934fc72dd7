import { Entity, PrimaryColumn } from 'typeorm';
import { UsageSumsColumns } from './usage-columns.js';

// A rollup has one row for each window and all dimensions, nulls being equal: no primary key can say so.

/** Sums of one minute; kept for two days. */
@Entity('usage_rollups_minutely')
export class UsageMinuteEntity extends UsageSumsColumns {
	@PrimaryColumn('timestamptz')
	minute!: Date;
}

/** Sums of one hour. */
@Entity('usage_rollups_hourly')
export class UsageRollupEntity extends UsageSumsColumns {
	@PrimaryColumn('timestamptz')
	hour!: Date;
}

/** Sums of one UTC day: at every moment those of its hours. */
@Entity('usage_rollups_daily')
export class UsageDayEntity extends UsageSumsColumns {
	@PrimaryColumn('timestamptz')
	day!: Date;
}

/** Sums of an hour or a day by fewer dimensions: the others are null or empty. */
@Entity('usage_summaries')
export class UsageSummaryEntity extends UsageSumsColumns {
	@PrimaryColumn('text')
	grain!: 'hour' | 'day';

	@PrimaryColumn('text')
	cut!: string;

	@PrimaryColumn('timestamptz', { name: 'starts_at' })
	startsAt!: Date;
}
