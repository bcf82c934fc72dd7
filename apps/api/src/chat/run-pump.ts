import { type RunEvent, SSE_KEEP_ALIVE, sseFrame } from '#libs/chat';
import type { Downstream } from '#libs/gateway';
import type { Feed } from '#libs/runs';

const BATCH = 200;
const TICK_MS = 1_000;

/** How a run is written for a client. */
export interface RunWriter {
	readonly headers: Readonly<Record<string, string>>;
	frame(event: RunEvent, sequence: number): string;
	/** What follows the last event. */
	readonly last: string;
}

/** Milliseconds. */
export interface PumpPatience {
	readonly keepAliveMs: number;
	readonly stalledMs: number;
}

export const sseWriter: RunWriter = {
	headers: {},
	frame: (event, sequence) => sseFrame({ event, sequence }),
	last: '',
};

/**
 * Writes a feed to a client as fast as it takes it: what it has not taken stays in the log, so that a client which never
 * reads costs one batch, and is dropped after a while. The run does not notice when it leaves.
 */
export class RunPump {
	private at: number;
	private isOver = false;
	private isWaiting = false;
	private stalledSince: number | undefined;
	private lastWriteAt = performance.now();
	private readonly timer = setInterval(() => this.tick(), TICK_MS).unref();

	constructor(
		private readonly feed: Feed,
		private readonly down: Downstream,
		private readonly writer: RunWriter,
		private readonly patience: PumpPatience,
	) {
		this.at = 0;
	}

	/** From behind the event with this place on. An answer that was cut off is told anew: `start` says so. */
	begin(after: number): void {
		const { log } = this.feed;
		const isToldAnew = log.end?.state === 'interrupted' && after < log.last;
		this.at = isToldAnew ? 0 : after;
		this.down.onGone(() => this.over());
		this.down.onDrain(() => this.drained());
		this.down.start(200, {
			'content-type': 'text/event-stream; charset=utf-8',
			'cache-control': 'no-cache, no-transform',
			'x-accel-buffering': 'no',
			...this.writer.headers,
		});
		this.down.write(SSE_KEEP_ALIVE); // commits the status
		this.pump();
	}

	private pump(): void {
		this.isWaiting = false;
		const { log } = this.feed;
		while (!this.isOver && this.stalledSince === undefined) {
			const events = log.after(this.at, BATCH);
			if (events.length === 0) break;
			this.at += events.length;
			this.write(events.map(({ event, sequence }) => this.writer.frame(event, sequence)).join(''));
		}
		if (this.isOver || this.stalledSince !== undefined) return;
		if (log.end !== undefined && this.at >= log.last) return this.end();
		if (this.isWaiting) return;
		this.isWaiting = true;
		log.onMore(() => this.pump());
	}

	private write(bytes: string): void {
		if (bytes === '') return;
		this.lastWriteAt = performance.now();
		if (!this.down.write(bytes)) this.stalledSince = this.lastWriteAt;
	}

	private drained(): void {
		if (this.stalledSince === undefined) return;
		this.stalledSince = undefined;
		this.pump();
	}

	private tick(): void {
		const now = performance.now();
		if (this.stalledSince !== undefined) {
			if (now - this.stalledSince < this.patience.stalledMs) return;
			this.over();
			this.down.destroy();
		} else if (now - this.lastWriteAt > this.patience.keepAliveMs) this.write(SSE_KEEP_ALIVE);
	}

	private end(): void {
		this.over();
		this.down.end(this.writer.last);
	}

	private over(): void {
		if (this.isOver) return;
		this.isOver = true;
		clearInterval(this.timer);
		this.feed.close();
	}
}
