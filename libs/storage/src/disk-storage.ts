import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { missing, type Scope } from '#libs/kernel';
import { keyOf } from './file-path.js';
import { type ByteRange, FileStorage, type StoredFile } from './file-storage.js';
import { Measured } from './measured.js';
import { storageFailure } from './storage-failure.js';

const OURS_ALONE = 0o700;

/** Files below a folder of this machine, or of one that all replicas share. */
export class DiskStorage extends FileStorage {
	constructor(private readonly root: string) {
		super();
	}

	/** Written beside, synced, then renamed: a crash leaves the old file or the new one. */
	async put(scope: Scope, path: string, content: AsyncIterable<Uint8Array>): Promise<StoredFile> {
		const place = this.placeOf(scope, path);
		const beside = join(dirname(place), `.${randomUUID()}`);
		const measured = new Measured();
		try {
			await mkdir(dirname(place), { recursive: true, mode: OURS_ALONE });
			await writeSynced(beside, measured.through(content));
			await rename(beside, place);
			await syncFolder(dirname(place));
		} catch (error) {
			await rm(beside, { force: true }).catch(() => undefined); // what failed is the error to tell of
			throw measured.reasonFor(error);
		}
		return measured.result();
	}

	async get(scope: Scope, path: string, range?: ByteRange): Promise<Readable> {
		const file = await open(this.placeOf(scope, path), 'r').catch((error: unknown) => {
			throw isAbsent(error) ? missing('The file') : storageFailure(error);
		});
		return createReadStream('', { fd: file, autoClose: true, ...range });
	}

	async size(scope: Scope, path: string): Promise<number | undefined> {
		try {
			return (await stat(this.placeOf(scope, path))).size;
		} catch (error) {
			if (isAbsent(error)) return undefined;
			throw storageFailure(error);
		}
	}

	async delete(scope: Scope, path: string): Promise<void> {
		await rm(this.placeOf(scope, path), { force: true }).catch((error: unknown) => {
			throw storageFailure(error);
		});
	}

	private placeOf(scope: Scope, path: string): string {
		return join(this.root, keyOf(scope, path));
	}
}

async function writeSynced(place: string, content: AsyncIterable<Uint8Array>): Promise<void> {
	const file = await open(place, 'wx', 0o600);
	try {
		for await (const chunk of content) await file.writeFile(chunk);
		await file.sync();
	} finally {
		await file.close();
	}
}

/** The rename itself is in the folder. */
async function syncFolder(folder: string): Promise<void> {
	const opened = await open(folder, 'r');
	try {
		await opened.sync();
	} finally {
		await opened.close();
	}
}

const isAbsent = (error: unknown): boolean => {
	const { code } = error as { code?: unknown };
	return code === 'ENOENT' || code === 'ENOTDIR';
};
