import { AppError } from '#libs/kernel';

/** Someone who waits for a place at any of several upstreams. */
interface Waiter {
	readonly give: (slots: Slots) => void;
}

/**
 * The places of one upstream that takes a limited number of calls at once, and the queue for them. Fair between callers:
 * who has many calls waiting does not hold up who has one.
 */
export class Slots {
	private taken = 0;
	private waiting = 0;
	private readonly queues = new Map<string, Waiter[]>(); // in the order of their turns

	constructor(
		public limit: number,
		public queueLimit: number,
	) {}

	get isFull(): boolean {
		return this.taken >= this.limit;
	}

	get hasRoomToWait(): boolean {
		return this.waiting < this.queueLimit;
	}

	tryTake(): boolean {
		if (this.isFull) return false;
		this.taken++;
		return true;
	}

	/** Gives the place to whose turn it is. */
	release(): void {
		const waiter = this.nextTurn();
		if (waiter === undefined) this.taken--;
		else waiter.give(this); // the place changes hands: `taken` stays
	}

	enqueue(caller: string, waiter: Waiter): void {
		this.waiting++;
		const queue = this.queues.get(caller);
		if (queue === undefined) this.queues.set(caller, [waiter]);
		else queue.push(waiter);
	}

	/** It got a place elsewhere, or waits no longer. */
	leave(caller: string, waiter: Waiter): void {
		const queue = this.queues.get(caller);
		const at = queue?.indexOf(waiter) ?? -1;
		if (queue === undefined || at === -1) return;
		queue.splice(at, 1);
		this.waiting--;
		if (queue.length === 0) this.queues.delete(caller);
	}

	private nextTurn(): Waiter | undefined {
		const [turn] = this.queues;
		if (turn === undefined) return undefined;
		const [caller, queue] = turn;
		const waiter = queue.shift();
		this.waiting--;
		this.queues.delete(caller);
		if (queue.length > 0) this.queues.set(caller, queue); // to the end
		return waiter;
	}
}

/** A wait for a place. */
export interface Wait {
	/** Rejects with AppError unavailable `upstream_busy` after the limit, or when it is cancelled. */
	readonly place: Promise<Slots>;
	cancel(): void;
}

const busy = (): AppError =>
	new AppError('unavailable', 'upstream_busy', 'Every upstream of this model is busy and its queue is full', {
		retryAfterMs: 1_000,
	});

/**
 * Waits for the first place that becomes free at any of `candidates`.
 * @throws AppError unavailable `upstream_busy` at once when no queue has room
 */
export function waitForPlace(candidates: readonly Slots[], caller: string, limitMs: number): Wait {
	const open = candidates.filter((slots) => slots.hasRoomToWait);
	if (open.length === 0) throw busy();
	const { promise, resolve, reject } = Promise.withResolvers<Slots>();
	const settle = (result: () => void): void => {
		clearTimeout(timer);
		for (const slots of open) slots.leave(caller, waiter);
		result();
	};
	const waiter: Waiter = { give: (slots) => settle(() => resolve(slots)) };
	const timer = setTimeout(() => settle(() => reject(busy())), limitMs);
	for (const slots of open) slots.enqueue(caller, waiter);
	return { place: promise, cancel: () => settle(() => reject(busy())) };
}
