/** A column of values that a `Sealer` sealed; listed by its feature, so that all of them can be sealed again under a new key. */
export interface SealedColumn {
	readonly table: string;
	readonly column: string;
	/** The columns of the primary key. */
	readonly key: readonly string[];
	/** What the value of a row was sealed with, from the values of `key`. */
	readonly contextOf: (key: readonly string[]) => string;
}
