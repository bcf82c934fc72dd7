import type { ArchiveForm } from './export/archive-forms.js';

export const exportStates = ['waiting', 'running', 'ready', 'failed', 'cancelled'] as const;
/** `failed`: it may be tried again for a while. */
export type ExportState = (typeof exportStates)[number];

/** Nothing more will happen to it. */
export const isOver = ({ state }: Pick<ExportRecord, 'state'>): boolean => state === 'ready' || state === 'cancelled';

/** How many of a person's exports wait or run at a time, and how many are kept. */
export const MAX_EXPORTS = 20;
/** How long the file of one is kept. */
export const KEPT_HOURS = 24;

export interface ExportInput {
	readonly form: ArchiveForm;
	/** Absent: all but temporary ones and those in the trash. */
	readonly conversationIds?: readonly string[] | undefined;
}

/** Conversations of a person as a file that the worker makes. */
export interface ExportRecord {
	readonly id: string;
	readonly form: ArchiveForm;
	readonly state: ExportState;
	/** Conversations that are in it. */
	readonly done: number;
	/** `null`: not counted yet. */
	readonly total: number | null;
	readonly messages: number;
	/** Once it is ready. */
	readonly bytes: number | null;
	/** Hex, of the file. */
	readonly sha256: string | null;
	readonly problem: string | null;
	readonly createdAt: Date;
	readonly finishedAt: Date | null;
	/** When the file goes. */
	readonly expiresAt: Date | null;
}

/** Whole percent. */
export function progressOf({ state, done, total }: Pick<ExportRecord, 'state' | 'done' | 'total'>): number {
	if (state === 'ready') return 100;
	return total === null || total === 0 ? 0 : Math.min(99, Math.floor((done * 100) / total));
}

/** What was asked for, where the file lies, and whose it is. */
export interface ExportOrder extends ExportInput {
	readonly userId: string;
	readonly storageKey: string;
}
