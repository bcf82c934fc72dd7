import { Unwanted } from './unwanted.js';

const TELL_EVERY_MS = 500;

export interface Reached {
	readonly done: number;
	readonly total: number;
	readonly messages: number;
}

/** How far an export is, told now and then; telling also finds out whether it is still wanted. */
export class ExportProgress {
	private done = 0;
	private messages = 0;
	private toldAt = 0;

	/** `report` returns whether the export is still wanted. */
	constructor(
		private readonly total: number,
		private readonly report: (reached: Reached) => Promise<boolean>,
	) {}

	get reached(): Reached {
		return { done: this.done, total: this.total, messages: this.messages };
	}

	/** One conversation more is dealt with. @throws Unwanted */
	async add(messages: number): Promise<void> {
		this.done += 1;
		this.messages += messages;
		if (performance.now() - this.toldAt >= TELL_EVERY_MS) await this.tell();
	}

	/** @throws Unwanted */
	async tell(): Promise<void> {
		this.toldAt = performance.now();
		if (!(await this.report(this.reached))) throw new Unwanted();
	}
}
