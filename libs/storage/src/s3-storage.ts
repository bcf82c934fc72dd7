import { Readable } from 'node:stream';
import { DeleteObjectCommand, GetObjectCommand, HeadObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { missing, type Scope } from '#libs/kernel';
import { keyOf } from './file-path.js';
import { type ByteRange, FileStorage, type StoredFile } from './file-storage.js';
import { Measured } from './measured.js';
import { storageFailure } from './storage-failure.js';

export interface S3Place {
	readonly bucket: string;
	/** Of every key; empty, or with a slash at its end. */
	readonly prefix: string;
}

/** Files in a bucket of S3, or of what speaks its protocol. */
export class S3Storage extends FileStorage {
	constructor(
		private readonly client: S3Client,
		private readonly place: S3Place,
	) {
		super();
	}

	/** In parts of 5 MiB; parts of an upload that fails are removed. */
	async put(scope: Scope, path: string, content: AsyncIterable<Uint8Array>): Promise<StoredFile> {
		const measured = new Measured();
		const body = Readable.from(measured.through(content), { objectMode: false });
		const params = { ...this.objectOf(scope, path), Body: body };
		try {
			await new Upload({ client: this.client, params, queueSize: 2 }).done();
		} catch (error) {
			body.destroy();
			throw measured.reasonFor(error);
		}
		return measured.result();
	}

	async get(scope: Scope, path: string, range?: ByteRange): Promise<Readable> {
		const Range = range === undefined ? {} : { Range: `bytes=${range.start}-${range.end ?? ''}` };
		try {
			const { Body } = await this.client.send(new GetObjectCommand({ ...this.objectOf(scope, path), ...Range }));
			return Body as Readable; // in Node it is one
		} catch (error) {
			throw isAbsent(error) ? missing('The file') : storageFailure(error);
		}
	}

	async size(scope: Scope, path: string): Promise<number | undefined> {
		try {
			return (await this.client.send(new HeadObjectCommand(this.objectOf(scope, path)))).ContentLength ?? 0;
		} catch (error) {
			if (isAbsent(error)) return undefined;
			throw storageFailure(error);
		}
	}

	async delete(scope: Scope, path: string): Promise<void> {
		try {
			await this.client.send(new DeleteObjectCommand(this.objectOf(scope, path)));
		} catch (error) {
			if (!isAbsent(error)) throw storageFailure(error);
		}
	}

	private objectOf(scope: Scope, path: string): { Bucket: string; Key: string } {
		return { Bucket: this.place.bucket, Key: this.place.prefix + keyOf(scope, path) };
	}
}

/** A bucket that is not there is no absent file. */
const isAbsent = (error: unknown): boolean => ['NoSuchKey', 'NotFound'].includes((error as Error).name);
