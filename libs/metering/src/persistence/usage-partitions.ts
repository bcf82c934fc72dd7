import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '#libs/database';

/** The ledger's partitions, one per UTC day. */
@Injectable()
export class UsagePartitions {
	constructor(private readonly work: UnitOfWork) {}

	/** Makes what is missing from yesterday on, by PostgreSQL's clock. Returns how many were made. */
	async prepare(days: number): Promise<number> {
		const [result] = await this.work.callDefiner<{ made: number }>(
			`SELECT ensure_usage_partitions((now() AT TIME ZONE 'UTC')::date - 1, $1) AS made`,
			[days],
		);
		return result?.made ?? 0;
	}

	/**
	 * Drops the oldest day when it is more than `days` old and all of its hours are summed up. Returns its partition's name, or
	 * `undefined`: there is nothing to drop.
	 */
	async dropOldest(days: number): Promise<string | undefined> {
		const [result] = await this.work.callDefiner<{ dropped: string | null }>(
			`SELECT drop_usage_partition((now() AT TIME ZONE 'UTC')::date - $1::integer) AS dropped`,
			[days],
		);
		return result?.dropped ?? undefined;
	}
}
