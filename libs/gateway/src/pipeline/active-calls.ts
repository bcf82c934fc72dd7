import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { type AppError, Roster } from '#libs/kernel';
import type { Exchange } from './exchange.js';

const TICK_MS = 500;
const MOST_DRAINING = 200;

/** The calls under way: one timer for the timeouts and keep-alives of all of them. */
@Injectable()
export class ActiveCalls implements OnModuleDestroy {
	private readonly exchanges = new Roster<Exchange>();
	private readonly timer = setInterval(() => this.tick(), TICK_MS).unref();
	private whenIdle: (() => void) | undefined;

	/** Whether one more client that left may have its answer read to the end. */
	get mayDrain(): boolean {
		let draining = 0;
		for (const exchange of this.exchanges) if (exchange.isDraining) draining++;
		return draining < MOST_DRAINING;
	}

	get size(): number {
		return this.exchanges.size;
	}

	/** Of them, those whose answer is streamed. */
	get streams(): number {
		let streams = 0;
		for (const exchange of this.exchanges) if (exchange.isStreamed) streams++;
		return streams;
	}

	add(exchange: Exchange): void {
		this.exchanges.add(exchange);
	}

	remove(exchange: Exchange): void {
		this.exchanges.remove(exchange);
		if (this.exchanges.size === 0) this.whenIdle?.();
	}

	/** Resolves when no call is left, at the latest after `limitMs`. */
	async idle(limitMs: number): Promise<void> {
		if (this.exchanges.size === 0) return;
		await new Promise<void>((resolve) => {
			const timer = setTimeout(resolve, limitMs);
			this.whenIdle = () => {
				clearTimeout(timer);
				resolve();
			};
		});
	}

	/** Ends all calls with an error that their clients can see. */
	cutAll(error: AppError): void {
		for (const exchange of this.exchanges) exchange.cut(error);
	}

	private tick(): void {
		const now = performance.now();
		for (const exchange of this.exchanges) exchange.tick(now);
	}

	onModuleDestroy(): void {
		clearInterval(this.timer);
	}
}
