import { Injectable, type OnModuleInit } from '@nestjs/common';
import { type CallPolicy, CallPolicies, type InboundCall } from '#libs/gateway';
import { Clock } from '#libs/kernel';
import type { Route } from '#libs/providers';

const SECONDS = 60;

/** Calls in each of the last seconds; a slot is reused a minute later. */
class MinuteWindow {
	private readonly counts = new Uint32Array(SECONDS);
	private readonly seconds = new Float64Array(SECONDS);

	count(second: number): void {
		const slot = second % SECONDS;
		if (this.seconds[slot] !== second) this.counts[slot] = 0;
		this.seconds[slot] = second;
		this.counts[slot] = (this.counts[slot] ?? 0) + 1;
	}

	sum(second: number): number {
		return this.counts.reduce(
			(sum, count, slot) => (second - (this.seconds[slot] ?? 0) < SECONDS ? sum + count : sum),
			0,
		);
	}
}

/** How many calls this process sent to each provider, over the last minute. */
@Injectable()
export class ProviderTraffic implements CallPolicy, OnModuleInit {
	private readonly windows = new Map<string, MinuteWindow>();

	constructor(
		private readonly clock: Clock,
		private readonly policies: CallPolicies,
	) {}

	onModuleInit(): void {
		this.policies.add(this);
	}

	after(_call: InboundCall, { provider }: Route): void {
		let window = this.windows.get(provider.id);
		if (window === undefined) this.windows.set(provider.id, (window = new MinuteWindow()));
		window.count(this.second());
	}

	requestsPerSecond(providerId: string): number {
		const calls = this.windows.get(providerId)?.sum(this.second()) ?? 0;
		return Math.round((calls / SECONDS) * 100) / 100;
	}

	private second(): number {
		return Math.floor(this.clock.monotonic() / 1_000) + SECONDS; // never the zero of an unused slot
	}
}
