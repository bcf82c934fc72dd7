import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { Clock } from '#libs/kernel';
import { KeyCredentials } from './persistence/key-credentials.js';

const FLUSH_MS = 10_000;

interface Use {
	readonly id: string;
	readonly isPrevious: boolean;
	/** Monotonic milliseconds. */
	readonly at: number;
}

/** When keys were used last: gathered in memory, written for all of them at once every ten seconds, never for a call. */
@Injectable()
export class KeyUses implements OnModuleDestroy {
	private readonly logger = new Logger('Keys');
	private readonly latest = new Map<string, Use>();
	private collect: () => void = () => undefined;
	private readonly timer = setInterval(() => void this.flush(), FLUSH_MS).unref();

	constructor(
		private readonly clock: Clock,
		private readonly credentials: KeyCredentials,
	) {}

	/** `collect` has every use since the last time noted. */
	collectFrom(collect: () => void): void {
		this.collect = collect;
	}

	note(id: string, isPrevious: boolean, at: number): void {
		this.latest.set(`${id} ${isPrevious}`, { id, isPrevious, at });
	}

	/** Writes what was noted. What cannot be written now is written the next time. */
	async flush(): Promise<void> {
		this.collect();
		const uses = [...this.latest.values()];
		if (uses.length === 0) return;
		this.latest.clear();
		const now = this.clock.monotonic();
		try {
			await this.credentials.touch(uses.map(({ id, isPrevious, at }) => ({ id, isPrevious, ageMs: now - at })));
		} catch (error) {
			this.logger.warn(`When ${uses.length} keys were used could not be written: ${String(error)}`);
			for (const use of uses)
				if (!this.latest.has(`${use.id} ${use.isPrevious}`)) this.note(use.id, use.isPrevious, use.at);
		}
	}

	async onModuleDestroy(): Promise<void> {
		clearInterval(this.timer);
		await this.flush();
	}
}
