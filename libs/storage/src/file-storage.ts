import type { Readable } from 'node:stream';
import type { Scope } from '#libs/kernel';

/** What was written. */
export interface StoredFile {
	readonly bytes: number;
	/** Hex, of the content. */
	readonly sha256: string;
}

/** From byte `start` to byte `end`, both included; without an end to the last one. */
export interface ByteRange {
	readonly start: number;
	readonly end?: number;
}

/**
 * Files of organizations. A path such as `exports/01a2….zip` is relative to the scope's organization: nobody can name a file of
 * another one. Content passes as a stream and is never in memory as a whole.
 */
export abstract class FileStorage {
	/** Replaces what is there; a file is there as a whole or not at all. @throws AppError unavailable `storage_unavailable` */
	abstract put(scope: Scope, path: string, content: AsyncIterable<Uint8Array>): Promise<StoredFile>;
	/** @throws AppError missing; unavailable `storage_unavailable` */
	abstract get(scope: Scope, path: string, range?: ByteRange): Promise<Readable>;
	/** Its length in bytes; `undefined`: there is no such file. @throws AppError unavailable `storage_unavailable` */
	abstract size(scope: Scope, path: string): Promise<number | undefined>;
	/** Also of what is not there. @throws AppError unavailable `storage_unavailable` */
	abstract delete(scope: Scope, path: string): Promise<void>;
}
