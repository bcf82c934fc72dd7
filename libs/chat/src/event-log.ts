import type { RunEnd, RunEvent } from './run-event.js';

/** An event with its place in the log, from 1. */
export interface LoggedEvent {
	readonly sequence: number;
	readonly event: RunEvent;
}

/**
 * The events of a run as this process knows them. Readers come and go and read from any place, each at its own speed: what
 * one of them costs does not depend on how slow it is.
 */
export class EventLog {
	private readonly events: RunEvent[] = [];
	private readonly waiting = new Set<() => void>();

	/** The place of the last event; 0: there is none. */
	get last(): number {
		return this.events.length;
	}

	/** The last event, once there will be no more. */
	get end(): RunEnd | undefined {
		const last = this.events.at(-1);
		return last?.type === 'end' ? last : undefined;
	}

	get all(): readonly RunEvent[] {
		return this.events;
	}

	append(...events: readonly RunEvent[]): void {
		if (events.length === 0 || this.end !== undefined) return;
		this.events.push(...events);
		const waiting = [...this.waiting];
		this.waiting.clear();
		for (const wake of waiting) wake();
	}

	/** At most `limit` events behind a place. */
	after(sequence: number, limit: number): LoggedEvent[] {
		return this.events.slice(sequence, sequence + limit).map((event, at) => ({ sequence: sequence + at + 1, event }));
	}

	/** Calls `wake` once, with the next event. Returns what takes that back. */
	onMore(wake: () => void): () => void {
		this.waiting.add(wake);
		return () => this.waiting.delete(wake);
	}
}
