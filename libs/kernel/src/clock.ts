import { Injectable } from '@nestjs/common';

/** The process's clock, for expiry of tokens and caches. Windows of limits and usage never come from here. */
@Injectable()
export class Clock {
	now(): Date {
		return new Date();
	}
	/** Milliseconds that only ever grow, unaffected by steps of the wall clock. */
	monotonic(): number {
		return performance.now();
	}
}
