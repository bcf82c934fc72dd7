import { AppError } from '#libs/kernel';

const FRESH_MS = 5_000;
const STALE_MS = 600_000; // while PostgreSQL is away nobody can change anything
const ENTRIES_MAX = 10_000;

interface Revised {
	/** Changes with every change. */
	readonly revision: string;
}

interface Entry<T> {
	value: T | undefined;
	loadedAt: number;
	running: Promise<T> | undefined;
}

/**
 * What was read from PostgreSQL: served stale while it is read again by one reader, and for ten minutes while PostgreSQL is
 * away. The same object as long as nothing has changed.
 */
export class FreshCache<T extends Revised> {
	private readonly entries = new Map<string, Entry<T>>();

	/** `what` is for the error, such as `Limits and budgets`. */
	constructor(
		private readonly what: string,
		private readonly read: (key: string) => Promise<T>,
	) {}

	/** At once when it is known. @throws AppError unavailable `database_unavailable` */
	of(key: string): T | Promise<T> {
		const entry = this.entries.get(key) ?? this.remember(key);
		const { value } = entry;
		if (value === undefined) return this.load(key, entry);
		const age = performance.now() - entry.loadedAt;
		if (age < FRESH_MS) return value;
		const loading = this.load(key, entry);
		if (age > STALE_MS) return loading;
		loading.catch(() => undefined); // PostgreSQL is away: what was known holds
		return value;
	}

	/** The next one reads it anew; whoever reads it now keeps it for themselves. */
	forget(key: string): void {
		this.entries.delete(key);
	}

	forgetAll(): void {
		this.entries.clear();
	}

	private remember(key: string): Entry<T> {
		const [oldest] = this.entries.size < ENTRIES_MAX ? [] : this.entries.keys();
		if (oldest !== undefined) this.entries.delete(oldest);
		const entry: Entry<T> = { value: undefined, loadedAt: Number.NEGATIVE_INFINITY, running: undefined };
		this.entries.set(key, entry);
		return entry;
	}

	private load(key: string, entry: Entry<T>): Promise<T> {
		entry.running ??= this.read(key)
			.then((value) => {
				if (entry.value?.revision !== value.revision) entry.value = value;
				entry.loadedAt = performance.now();
				return entry.value;
			})
			.catch((error: unknown) => {
				throw error instanceof AppError ? error : unreadable(this.what, error);
			})
			.finally(() => {
				entry.running = undefined;
			});
		return entry.running;
	}
}

const unreadable = (what: string, cause: unknown): AppError =>
	new AppError('unavailable', 'database_unavailable', `${what} cannot be read now`, {
		cause,
		retryAfterMs: 1_000,
	});
