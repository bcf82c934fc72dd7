import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '#libs/database';

/** Appends to the ledger, which nobody may write in any other way: rows of many organizations in one statement. */
@Injectable()
export class UsageLedger {
	constructor(private readonly work: UnitOfWork) {}

	/** Idempotent. Returns how many rows were new; each copy of a known call changes nothing, or corrects an estimate. */
	async append(rows: readonly object[]): Promise<number> {
		if (rows.length === 0) return 0;
		const [result] = await this.work.callDefiner<{ appended: number }>('SELECT append_usage($1::json) AS appended', [
			JSON.stringify(rows),
		]);
		return result?.appended ?? 0;
	}
}

/** The rows are at fault, not the connection or the moment: SQLSTATE class 22 (data) or 23 (constraint). */
export function isDataError(error: unknown): boolean {
	const code = (error as { driverError?: { code?: unknown } } | null)?.driverError?.code;
	return typeof code === 'string' && (code.startsWith('22') || code.startsWith('23'));
}
