import { LRUCache } from 'lru-cache';
import { AppError, SYSTEM_ORGANIZATION_ID } from '#libs/kernel';

const FRESH_MS = 5_000;
const STALE_MS = 600_000; // while PostgreSQL is away nobody can change anything

interface Cached<T> {
	values: readonly T[];
	loadedAt: number;
	running: Promise<readonly T[]> | undefined;
}

/** A value that tells when it is another one. */
interface Revised {
	readonly id: string;
	readonly revision: string;
}

/**
 * What each organization has of one thing, read from PostgreSQL: served stale while it is read again by one reader, and for
 * ten minutes while PostgreSQL is away.
 */
export class OrganizationCache<T extends Revised> {
	private readonly cache = new LRUCache<string, Cached<T>>({ max: 10_000 });

	/** `what` is for the error, such as `providers`. */
	constructor(
		private readonly what: string,
		private readonly read: (organizationId: string) => Promise<readonly T[]>,
	) {}

	/** At once when cached; the same array as long as nothing changed. @throws AppError unavailable `database_unavailable` */
	of(organizationId: string): readonly T[] | Promise<readonly T[]> {
		const cached = this.cache.get(organizationId);
		if (cached === undefined) return this.load(organizationId, this.remember(organizationId));
		const age = performance.now() - cached.loadedAt;
		if (age < FRESH_MS) return cached.values;
		const loading = this.load(organizationId, cached);
		if (age > STALE_MS) return loading;
		loading.catch(() => undefined); // PostgreSQL is away: what was known holds
		return cached.values;
	}

	/** What is cached, without reading: nothing of an organization that nobody asked for. */
	known(organizationId: string): readonly T[] {
		return this.cache.peek(organizationId)?.values ?? [];
	}

	/** The system organization's things may be everybody's. */
	forget(organizationId: string): void {
		if (organizationId === SYSTEM_ORGANIZATION_ID) this.cache.clear();
		else this.cache.delete(organizationId);
	}

	private remember(organizationId: string): Cached<T> {
		const empty: Cached<T> = { values: [], loadedAt: Number.NEGATIVE_INFINITY, running: undefined };
		this.cache.set(organizationId, empty);
		return empty;
	}

	private load(organizationId: string, cached: Cached<T>): Promise<readonly T[]> {
		cached.running ??= this.read(organizationId)
			.then((values) => {
				if (!isSame(cached.values, values)) cached.values = Object.freeze(values);
				cached.loadedAt = performance.now();
				return cached.values;
			})
			.catch((error: unknown) => {
				if (cached.loadedAt === Number.NEGATIVE_INFINITY) this.cache.delete(organizationId);
				throw error instanceof AppError
					? error
					: new AppError('unavailable', 'database_unavailable', `The ${this.what} cannot be read now`, {
							cause: error,
							retryAfterMs: 1_000,
						});
			})
			.finally(() => {
				cached.running = undefined;
			});
		return cached.running;
	}
}

const isSame = (a: readonly Revised[], b: readonly Revised[]): boolean =>
	a.length === b.length && a.every(({ id, revision }, at) => id === b[at]?.id && revision === b[at]?.revision);
