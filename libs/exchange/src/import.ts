export const importStates = ['waiting', 'running', 'done', 'failed', 'cancelled'] as const;
/** `failed`: it may be tried again for a while. */
export type ImportState = (typeof importStates)[number];

export const isImportOver = ({ state }: Pick<ImportRecord, 'state'>): boolean =>
	state === 'done' || state === 'cancelled';

/** How many a person has at a time. */
export const MAX_IMPORTS = 20;
/** How long an import is kept, with its file. */
export const IMPORT_KEPT_DAYS = 7;
/** The largest file. */
export const MAX_IMPORT_BYTES = 2 * 1_024 ** 3;
/** The largest conversation in a file. */
export const MAX_CONVERSATION_BYTES = 128 * 1_024 ** 2;
/** How many lines the report of one has; more are counted only. */
export const MAX_REPORT = 1_000;

/** What became of the conversations of a file. */
export interface ImportCounts {
	readonly added: number;
	/** Were there and got messages that they had not. */
	readonly updated: number;
	/** Were there as they are in the file. */
	readonly unchanged: number;
	/** Could not be read. */
	readonly failed: number;
	/** That were new. */
	readonly messages: number;
}
export const noCounts: ImportCounts = { added: 0, updated: 0, unchanged: 0, failed: 0, messages: 0 };

/** A conversation of which there is something to say. */
export interface ReportLine {
	/** Its place in the file. */
	readonly where: string;
	readonly title: string | null;
	readonly isImported: boolean;
	readonly reasons: readonly string[];
}

export interface ImportRecord {
	readonly id: string;
	readonly name: string;
	/** Nothing is written: what would be is counted. */
	readonly isDryRun: boolean;
	readonly state: ImportState;
	/** Percent of the file. */
	readonly progress: number;
	readonly bytes: number;
	readonly counts: ImportCounts;
	readonly report: readonly ReportLine[];
	readonly problem: string | null;
	readonly createdAt: Date;
	readonly finishedAt: Date | null;
}

export interface ImportOrder {
	readonly userId: string;
	readonly isDryRun: boolean;
	readonly storageKey: string;
	readonly bytes: number;
}
