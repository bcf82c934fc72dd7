import { type Config, ConfigError } from '#libs/config';
import { withConnection } from '#libs/database';
import { Sealer, type SealedColumn } from '#libs/kernel';
import { SealedRepository, type SealedValue } from './persistence/sealed.repository.js';
import { sealedColumns } from './sealed-columns.js';

const PAGE = 200;

/** What became of the values of one column. */
export interface ReencryptedColumn {
	readonly table: string;
	readonly column: string;
	/** Now under the first key. */
	readonly reencrypted: number;
	/** Changed or removed by somebody else meanwhile; what they wrote is under the first key of their process. */
	readonly changed: number;
	/** No configured key opens them: left as they are. */
	readonly unreadable: number;
}

/**
 * Encrypts everything that is under an older key again, under the first of `ENCRYPTION_KEY`. Value by value while the
 * product runs; what was cut short goes on when it is called again. Connects as the owner: the rows span organizations.
 * @throws ConfigError without a key or the owner's URL
 */
export async function reencrypt(config: Config): Promise<ReencryptedColumn[]> {
	const url = config.database.DATABASE_MIGRATION_URL;
	if (url === undefined)
		throw new ConfigError(['DATABASE_MIGRATION_URL is not set: PostgreSQL as the owner of the schema']);
	const [first] = config.secrets.ENCRYPTION_KEY ?? [];
	if (first === undefined) throw new ConfigError(['ENCRYPTION_KEY is not set: the first of it encrypts']);
	const sealer = new Sealer(config.secrets.ENCRYPTION_KEY ?? []);
	return withConnection({ url, applicationName: 'parallama-reencrypt' }, async (source) => {
		const results: ReencryptedColumn[] = [];
		for (const column of sealedColumns) {
			const rows = new SealedRepository(source.manager, column, first.kid);
			results.push(await new ColumnPass(rows, column, sealer).run());
		}
		return results;
	});
}

class ColumnPass {
	private readonly counts = { reencrypted: 0, changed: 0, unreadable: 0 };

	constructor(
		private readonly rows: SealedRepository,
		private readonly column: SealedColumn,
		private readonly sealer: Sealer,
	) {}

	async run(): Promise<ReencryptedColumn> {
		let page = await this.rows.older(PAGE, undefined);
		while (page.length > 0) {
			for (const value of page) this.counts[await this.one(value)]++;
			page = await this.rows.older(PAGE, page.at(-1)?.key);
		}
		const { table, column } = this.column;
		return { table, column, ...this.counts };
	}

	private async one({ key, sealed }: SealedValue): Promise<'reencrypted' | 'changed' | 'unreadable'> {
		let fresh: string | undefined;
		try {
			fresh = this.sealer.reseal(sealed, this.column.contextOf(key));
		} catch {
			return 'unreadable';
		}
		return fresh !== undefined && (await this.rows.replace({ key, sealed }, fresh)) ? 'reencrypted' : 'changed';
	}
}
