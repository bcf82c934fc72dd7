import { LRUCache } from 'lru-cache';
import { AppError, type Clock } from '#libs/kernel';
import type { Principal } from './principal.js';

const REFRESH_AFTER_MS = 3_000; // served meanwhile
const STALE_AFTER_MS = 5_000; // waits for the load
const USELESS_AFTER_MS = 60_000; // not even while PostgreSQL is away
const ENTRIES_MAX = 20_000;

/** A principal as it was read, with what makes it void. */
export interface ProvenPrincipal {
	readonly principal: Principal;
	/** Id of the key or session: what is revoked. */
	readonly credentialId: string;
	readonly userId: string;
	/** Milliseconds until it expires by itself; `undefined`: never. */
	readonly validForMs: number | undefined;
	/** Told when it was used last, in milliseconds of the clock; at some time after, at the latest when it is forgotten. */
	readonly onUsed?: ((at: number) => void) | undefined;
}

interface Entry {
	readonly proven: ProvenPrincipal;
	readonly loadedAt: number;
	readonly validUntil: number;
	isRefreshing: boolean;
	/** When somebody last got it; told up to `toldAt`. */
	usedAt: number;
	toldAt: number;
}

/**
 * Principals by credential: a hit is answered at once and without a promise, a refresh runs ahead of expiry, concurrent
 * misses share one load, and what was invalidated while it was loading is not kept. The `key` must stand for the whole
 * credential. Only proven principals are kept, never refusals.
 */
export class PrincipalCache<Credential> {
	private readonly entries = new LRUCache<string, Entry>({
		max: ENTRIES_MAX,
		dispose: (entry, key) => {
			tell(entry);
			const { proven } = entry;
			const keys = this.keysOf.get(proven.credentialId);
			keys?.delete(key);
			if (keys?.size === 0) this.keysOf.delete(proven.credentialId);
		},
		noDisposeOnSet: true,
	});
	/** A key has two while it is rotated, a session one for each organization. */
	private readonly keysOf = new Map<string, Set<string>>();
	private readonly loading = new Map<string, Promise<Principal>>();
	private generation = 0;

	/** `load` rejects with an AppError `unauthenticated` when the credential is not (any longer) good. */
	constructor(
		private readonly clock: Pick<Clock, 'monotonic'>,
		private readonly load: (credential: Credential) => Promise<ProvenPrincipal>,
	) {}

	/** At once when it is known. `undefined` when it has to be asked for: then `ask`. */
	peek(key: string, credential: Credential): Principal | undefined {
		const entry = this.entries.get(key);
		if (entry === undefined) return undefined;
		const now = this.clock.monotonic();
		const age = now - entry.loadedAt;
		if (age >= STALE_AFTER_MS || now >= entry.validUntil) return undefined;
		entry.usedAt = now;
		if (age >= REFRESH_AFTER_MS && !entry.isRefreshing) {
			entry.isRefreshing = true;
			this.ask(key, credential).catch(() => undefined); // a refusal has removed the entry; else the next one tries again
		}
		return entry.proven.principal;
	}

	/** Reads it anew, together with everybody who asks for the same. */
	ask(key: string, credential: Credential): Promise<Principal> {
		const running = this.loading.get(key);
		if (running !== undefined) return running;
		const loading = this.reload(key, credential).finally(() => {
			if (this.loading.get(key) === loading) this.loading.delete(key);
		});
		this.loading.set(key, loading);
		return loading;
	}

	/** Tells of every use since the last time. */
	tellUses(): void {
		for (const entry of this.entries.values()) tell(entry);
	}

	/** The next one asks for it anew. */
	forget(key: string): void {
		this.outdate();
		this.entries.delete(key);
	}

	/** Of a revoked key or session. */
	forgetCredential(credentialId: string): void {
		this.outdate();
		for (const key of this.keysOf.get(credentialId) ?? []) this.entries.delete(key);
	}

	/** All of a user whose rights changed. */
	forgetUser(userId: string): void {
		this.outdate();
		const theirs = Array.from(this.entries.entries()).filter(([, { proven }]) => proven.userId === userId);
		for (const [key] of theirs) this.entries.delete(key);
	}

	/** What is being loaded was perhaps read before the change: it is neither kept nor shared any more. */
	private outdate(): void {
		this.generation++;
		this.loading.clear();
	}

	private async reload(key: string, credential: Credential): Promise<Principal> {
		const generation = this.generation;
		const before = this.entries.get(key);
		try {
			const proven = await this.load(credential);
			if (this.generation === generation) this.keep(key, proven);
			else proven.onUsed?.(this.clock.monotonic()); // nothing is kept that could tell of it later
			return proven.principal;
		} catch (error) {
			if (error instanceof AppError && error.fault === 'unauthenticated') {
				this.entries.delete(key);
				throw error;
			}
			return this.makeDo(before, error);
		}
	}

	private keep(key: string, proven: ProvenPrincipal): void {
		const now = this.clock.monotonic();
		const validUntil = now + (proven.validForMs ?? Number.POSITIVE_INFINITY);
		const before = this.entries.get(key);
		if (before !== undefined) tell(before);
		this.entries.set(key, {
			proven,
			loadedAt: now,
			validUntil,
			isRefreshing: false,
			usedAt: now,
			toldAt: Number.NEGATIVE_INFINITY,
		});
		const keys = this.keysOf.get(proven.credentialId);
		if (keys === undefined) this.keysOf.set(proven.credentialId, new Set([key]));
		else keys.add(key);
	}

	/** PostgreSQL is away: better a little outdated than nobody at all. */
	private makeDo(entry: Entry | undefined, cause: unknown): Principal {
		const now = this.clock.monotonic();
		if (entry !== undefined) entry.isRefreshing = false;
		if (entry !== undefined && now - entry.loadedAt < USELESS_AFTER_MS && now < entry.validUntil) {
			entry.usedAt = now;
			return entry.proven.principal;
		}
		throw new AppError('unavailable', 'authentication_unavailable', 'Credentials cannot be checked right now', {
			retryAfterMs: 1_000,
			cause,
		});
	}
}

function tell(entry: Entry): void {
	if (entry.usedAt <= entry.toldAt) return;
	entry.toldAt = entry.usedAt;
	entry.proven.onUsed?.(entry.usedAt);
}
