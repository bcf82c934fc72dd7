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
}
