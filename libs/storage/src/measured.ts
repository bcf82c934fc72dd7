import { createHash } from 'node:crypto';
import type { StoredFile } from './file-storage.js';
import { storageFailure } from './storage-failure.js';

/** Passes content on; once it has ended, what it was. */
export class Measured {
	private readonly hash = createHash('sha256');
	private bytes = 0;
	private failure: { readonly error: unknown } | undefined;

	async *through(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
		for await (const chunk of this.withFailure(content)) {
			this.hash.update(chunk);
			this.bytes += chunk.byteLength;
			yield chunk;
		}
	}

	/** Why a write failed: what the source threw, else what storage said. */
	reasonFor(error: unknown): unknown {
		return this.failure === undefined ? storageFailure(error) : this.failure.error;
	}

	private async *withFailure(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
		try {
			yield* content;
		} catch (error) {
			this.failure = { error };
			throw error;
		}
	}

	/** Once, after the end. */
	result(): StoredFile {
		return { bytes: this.bytes, sha256: this.hash.digest('hex') };
	}
}
