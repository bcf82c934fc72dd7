import { AnswerReader, EventLog, type RunError, type RunEvent, type RunStart } from '#libs/chat';
import type { ChatEventLine, Downstream } from '#libs/gateway';
import { type AppError, type Listed, type Scope, storableText } from '#libs/kernel';

/** More than any model writes: what is longer is cut off. */
const MAX_ANSWER_BYTES = 8 * 1_048_576;

/** What a run does with a call, once it has one. */
export interface Hold {
	release(code: string): void;
}

/**
 * A run in this process, from its beginning to its row: the client of a call that never leaves. Takes its events into the
 * log, from which any number of readers read, or none.
 */
export class LiveRun implements Downstream, Listed {
	place = -1;
	readonly log = new EventLog();
	/** Why it did not come to a good end. */
	error: RunError | undefined;
	isStopWanted = false;
	/** How many events Redis has. */
	written = 0;
	private readonly reader = new AnswerReader();
	private rest = '';
	private size = 0;
	private hold: Hold | undefined;

	constructor(
		/** Without the request's transaction: it outlives the request. */
		readonly scope: Scope,
		readonly opening: RunStart,
		private readonly onMore: (run: LiveRun) => void,
	) {
		this.log.append(opening);
	}

	get id(): string {
		return this.opening.runId;
	}

	/** It has a call now. */
	holds(hold: Hold): void {
		this.hold = hold;
		if (this.isStopWanted) hold.release('stopped');
	}

	stop(): void {
		this.isStopWanted = true;
		this.hold?.release('stopped');
	}

	/** The call is over, however it went: what was held back is certain now. */
	settled(): void {
		this.take(this.reader.end());
	}

	fail({ code, message }: Pick<AppError, 'code' | 'message'>): void {
		this.error = { code: storableText(code), message: storableText(message) };
	}

	start(): void {
		// the status of a call says nothing here
	}

	write(bytes: Buffer | string): boolean {
		this.size += bytes.length;
		const lines = (this.rest + String(bytes)).split('\n');
		this.rest = lines.pop() ?? '';
		const events = lines.filter((line) => line !== '').map((line) => JSON.parse(line) as ChatEventLine);
		for (const event of events) if (event.type === 'error') this.fail(event);
		this.take(this.reader.read(events.filter((event) => event.type !== 'error')));
		if (this.size > MAX_ANSWER_BYTES) {
			this.fail({ code: 'answer_too_large', message: 'The answer was longer than what is kept of one' });
			this.hold?.release('answer_too_large');
		}
		return true;
	}

	end(bytes?: Buffer | string): void {
		if (bytes !== undefined) this.write(bytes);
	}

	destroy(): void {
		// nothing to drop
	}
	onGone(): void {
		// it never leaves
	}
	onDrain(): void {
		// it always keeps up
	}

	private take(events: readonly RunEvent[]): void {
		if (events.length === 0) return;
		this.log.append(...events);
		this.onMore(this);
	}
}
