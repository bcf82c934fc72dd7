import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { ZipFile } from 'yazl';

/** A file of an archive, once it is written. */
export interface ArchivedFile {
	readonly name: string;
	readonly bytes: number;
	/** Hex, of the content before it was compressed. */
	readonly sha256: string;
}

/** A zip that is made while it is read: one file after the other, a piece of it in memory. */
export class Archive {
	private readonly zip = new ZipFile();
	private readonly written: ArchivedFile[] = [];
	private readonly closed: Promise<never>;

	constructor() {
		this.closed = new Promise((_, reject) => {
			this.output.once('close', () => reject(new Error('Nobody reads the archive any more')));
		});
		this.closed.catch(() => undefined); // of interest to who adds
		this.zip.on('error', (error) => this.fail(error));
	}

	/** The bytes of it. They end after `end`, with an error after `fail`. */
	get output(): Readable {
		return this.zip.outputStream as Readable;
	}

	/** The files that are whole by now. */
	get files(): readonly ArchivedFile[] {
		return this.written;
	}

	/** Resolves when the file is in. Rejects with what `content` throws, and when nobody reads any more. */
	async add(name: string, content: AsyncIterable<string> | Iterable<string>): Promise<void> {
		const stream = Readable.from(this.measured(name, content), { objectMode: false });
		const added = new Promise<void>((resolve, reject) => {
			stream.once('end', resolve).once('error', reject);
		});
		this.zip.addReadStream(stream, name);
		await Promise.race([added, this.closed]);
	}

	/** No file comes after this. */
	end(): void {
		this.zip.end();
	}

	fail(error: Error): void {
		this.output.destroy(error);
	}

	private async *measured(name: string, content: AsyncIterable<string> | Iterable<string>): AsyncIterable<Buffer> {
		const hash = createHash('sha256');
		let bytes = 0;
		for await (const piece of content) {
			if (piece === '') continue;
			const chunk = Buffer.from(piece);
			hash.update(chunk);
			bytes += chunk.length;
			yield chunk;
		}
		this.written.push({ name, bytes, sha256: hash.digest('hex') });
	}
}
