import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { AppError, type NamedSecret } from '#libs/kernel';

/** What the first event of a chain follows. */
export const CHAIN_START: Buffer = Buffer.alloc(32);

/** A seal with the event it stands for, as the database writes it down; `null` when the event is gone. */
export interface SealedRow {
	readonly sequence: number;
	readonly eventId: string;
	readonly hash: Buffer;
	readonly keyKid: string;
	readonly canonical: string | null;
}

export interface AuditProblem {
	readonly kind: 'changed' | 'removed' | 'inserted' | 'unsealed' | 'unknown_key' | 'head_differs';
	/** Its place in the chain; `null` for an event that has none. */
	readonly sequence: number | null;
	readonly eventId: string | null;
	readonly message: string;
}

/** Hashes links of the chain with keys derived from the encryption keys: whoever has only the database cannot. */
export class AuditChain {
	private readonly keys: readonly NamedSecret[];

	constructor(encryptionKeys: readonly NamedSecret[]) {
		this.keys = encryptionKeys.map(({ kid, value }) => ({
			kid,
			value: Buffer.from(hkdfSync('sha256', value, '', 'parallama audit chain', 32)),
		}));
	}

	/** Kid of the key that seals. @throws AppError bug when none is configured. */
	get kid(): string {
		const [key] = this.keys;
		if (!key) throw new AppError('bug', 'no_encryption_key', 'No encryption key is configured');
		return key.kid;
	}

	/** `undefined` when the key is not configured (any longer). */
	link(kid: string, previous: Buffer, sequence: number, canonical: string): Buffer | undefined {
		const key = this.keys.find((each) => each.kid === kid);
		if (key === undefined) return undefined;
		const place = Buffer.alloc(8);
		place.writeBigUInt64BE(BigInt(sequence));
		return createHmac('sha256', key.value).update(previous).update(place).update(canonical).digest();
	}
}

/** Walks a chain from its start, in order. After a bad link it goes on from what is stored: so each is named by itself. */
export class ChainCheck {
	private previous = CHAIN_START;
	private last = 0;

	constructor(private readonly chain: AuditChain) {}

	/** Sequence and hash of the last link, for a later check to compare with. */
	get head(): { readonly sequence: number; readonly hash: string } {
		return { sequence: this.last, hash: this.previous.toString('hex') };
	}

	next(row: SealedRow): AuditProblem[] {
		const problems: AuditProblem[] = [];
		for (let missing = this.last + 1; missing < row.sequence; missing++)
			problems.push({ kind: 'removed', sequence: missing, eventId: null, message: 'the event and its seal are gone' });
		const isAfterGap = problems.length > 0;
		const problem = this.judge(row, isAfterGap);
		if (problem !== undefined) problems.push(problem);
		this.previous = row.hash;
		this.last = row.sequence;
		return problems;
	}

	private judge({ sequence, eventId, hash, keyKid, canonical }: SealedRow, isAfterGap: boolean) {
		const place = { sequence, eventId };
		if (canonical === null) return { ...place, kind: 'removed', message: 'the event is gone' } as const;
		if (isAfterGap) return undefined; // what it follows is gone: nothing can be said of it
		const expected = this.chain.link(keyKid, this.previous, sequence, canonical);
		if (expected === undefined)
			return {
				...place,
				kind: 'unknown_key',
				message: `sealed with the key ${keyKid}, which is not configured`,
			} as const;
		if (hash.length === expected.length && timingSafeEqual(hash, expected)) return undefined;
		return { ...place, kind: 'changed', message: 'the event, its seal or its place is not what was sealed' } as const;
	}
}
