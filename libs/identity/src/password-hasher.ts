import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { Injectable, Module } from '@nestjs/common';
import pLimit from 'p-limit';
import { AppError } from '#libs/kernel';
import { normalizedPassword } from './password-rules.js';
import { type Argon2Hash, formatPhc, parsePhc } from './phc.js';

const derive = promisify(argon2);
const MEMORY_KIB = 19_456;
const PASSES = 2;
const LANES = 1;
const AT_ONCE = 2; // each takes 19 MiB and a thread of the pool that files and DNS also need
const WAITING_MAX = 64;

/** Argon2id in the thread pool, a few at a time: a storm of logins must not starve everything else. */
@Injectable()
export class PasswordHasher {
	private readonly limit = pLimit(AT_ONCE);

	/** A PHC string with a salt of its own. @throws AppError throttled when too many are waiting. */
	async hash(password: string): Promise<string> {
		const params = { memoryKib: MEMORY_KIB, passes: PASSES, lanes: LANES, salt: randomBytes(16) };
		return formatPhc({ ...params, tag: await this.derive(password, params, 32) });
	}

	/** @throws AppError throttled when too many are waiting. */
	private async verify(password: string, phc: string): Promise<boolean> {
		const stored = parsePhc(phc);
		if (stored === undefined) throw new AppError('bug', 'bad_password_hash', 'A stored password hash is damaged');
		return timingSafeEqual(await this.derive(password, stored, stored.tag.length), stored.tag);
	}

	/** One check in every case: also of a user without a password, or of none. @throws AppError throttled */
	async matches(password: string, phc: string | null | undefined): Promise<boolean> {
		return typeof phc === 'string' ? this.verify(password, phc) : this.verifyNothing(password);
	}

	/** The same work as a real check, for users that do not exist. */
	private async verifyNothing(password: string): Promise<false> {
		await this.derive(password, { memoryKib: MEMORY_KIB, passes: PASSES, lanes: LANES, salt: randomBytes(16) }, 32);
		return false;
	}

	private derive(password: string, hash: Omit<Argon2Hash, 'tag'>, tagLength: number): Promise<Buffer> {
		if (this.limit.pendingCount >= WAITING_MAX)
			throw new AppError('throttled', 'too_many_logins', 'Too many passwords are being checked right now', {
				retryAfterMs: 1_000,
			});
		return this.limit(() =>
			derive('argon2id', {
				message: normalizedPassword(password),
				nonce: hash.salt,
				memory: hash.memoryKib,
				passes: hash.passes,
				parallelism: hash.lanes,
				tagLength,
			}),
		);
	}
}

/** The one hasher of a process: its bound is worth something only when all share it. */
@Module({ providers: [PasswordHasher], exports: [PasswordHasher] })
export class PasswordHasherModule {}
