import { Injectable } from '@nestjs/common';
import { SessionRepository } from './persistence/session.repository.js';

/** How long what is over is still there to look at, in days. */
const KEPT_DAYS = 30;
const AT_ONCE = 5_000;

/** Deletes what nobody can use any more, of all organizations. */
@Injectable()
export class SessionPurge {
	constructor(private readonly sessions: SessionRepository) {}

	/** Returns how many sessions there were. */
	async purge(): Promise<number> {
		for (let total = 0; ; ) {
			const gone = await this.sessions.purge(KEPT_DAYS, AT_ONCE);
			total += gone;
			if (gone < AT_ONCE) return total;
		}
	}
}
