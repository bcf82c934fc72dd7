import type { EntityManager } from 'typeorm';
import type { SealedColumn } from '#libs/kernel';

export interface SealedValue {
	/** Of the primary key, in the order of its columns. */
	readonly key: readonly string[];
	readonly sealed: string;
}

/** The values of one sealed column, of all organizations, as the owner. Table and column names come from our own list. */
export class SealedRepository {
	private readonly keyList: string;

	constructor(
		private readonly manager: EntityManager,
		private readonly column: SealedColumn,
		private readonly currentKid: string,
	) {
		this.keyList = column.key.join(', ');
	}

	/** Those that are not under the current key, by primary key, after `after`. */
	async older(limit: number, after: readonly string[] | undefined): Promise<SealedValue[]> {
		const { table, column, key } = this.column;
		const places = key.map((_, at) => `$${at + 3}`).join(', ');
		return this.manager.query<SealedValue[]>(
			`SELECT ARRAY[${key.map((name) => `${name}::text`).join(', ')}] AS key, ${column} AS sealed FROM ${table}
			WHERE ${column} IS NOT NULL AND split_part(${column}, '.', 1) <> $1
				${after === undefined ? '' : `AND (${this.keyList}) > (${places})`}
			ORDER BY ${this.keyList} LIMIT $2`,
			[this.currentKid, limit, ...(after ?? [])],
		);
	}

	/** Returns whether the value was still the one that was read. */
	async replace({ key, sealed }: SealedValue, fresh: string): Promise<boolean> {
		const { table, column } = this.column;
		const places = key.map((_, at) => `$${at + 3}`).join(', ');
		const rows = await this.manager.query<[unknown[], number]>(
			`UPDATE ${table} SET ${column} = $1 WHERE ${column} = $2 AND (${this.keyList}) = (${places}) RETURNING 1`,
			[fresh, sealed, ...key],
		);
		return rows[1] === 1;
	}
}
