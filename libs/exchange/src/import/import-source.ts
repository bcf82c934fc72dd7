import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Entry, openPromise } from 'yauzl';
import { MAX_CONVERSATION_BYTES } from '../import.js';
import { type SplitValue, splitValues } from './split-values.js';

/** A value of a file, and where it stood. */
export interface SourceValue {
	readonly where: string;
	readonly value: SplitValue;
	/** How much of the file was read, from 0 to 1. */
	readonly share: number;
}

/** The file is none that can be read, whatever is tried. */
export class UnreadableFile extends Error {}

const ZIP = Buffer.from('PK\u0003\u0004');
/** What one archive may unpack to, and from how many files: more is meant to do harm. */
const MAX_UNPACKED_BYTES = 8 * 1_024 ** 3;
const MAX_ENTRIES = 200_000;
const MAX_RATIO = 1_000;

/** The conversations of a file: JSON, lines of JSON, or a zip with files of these. */
export async function* sourceValues(open: () => Promise<Readable>, bytes: number): AsyncIterable<SourceValue> {
	if (await isZip(open)) yield* zippedValues(await open());
	else yield* valuesOf(await open(), { name: '', shareOf: (read) => read / bytes });
}

async function isZip(open: () => Promise<Readable>): Promise<boolean> {
	for await (const chunk of await open()) return (chunk as Buffer).subarray(0, ZIP.length).equals(ZIP);
	return false;
}

async function* valuesOf(
	content: AsyncIterable<Uint8Array>,
	{ name, shareOf }: { readonly name: string; readonly shareOf: (read: number) => number },
): AsyncIterable<SourceValue> {
	let read = 0;
	let n = 0;
	async function* counted(): AsyncIterable<Uint8Array> {
		for await (const chunk of content) {
			read += chunk.length;
			yield chunk;
		}
	}
	for await (const value of splitValues(counted(), MAX_CONVERSATION_BYTES))
		yield { where: `${name === '' ? '' : `${name} `}#${++n}`, value, share: Math.min(1, shareOf(read)) };
}

/** An archive has its list at its end, so it is put down first, under a name of ours. */
async function* zippedValues(content: Readable): AsyncIterable<SourceValue> {
	const folder = await mkdtemp(join(tmpdir(), 'parallama-import-'));
	try {
		const path = join(folder, 'archive.zip');
		await pipeline(content, createWriteStream(path));
		const zip = await openZip(path);
		try {
			const entries = await entriesOf(zip.eachEntry());
			const total = entries.reduce((sum, { uncompressedSize }) => sum + uncompressedSize, 0);
			let before = 0;
			for (const entry of entries) {
				const unpacked = await zip.openReadStreamPromise(entry);
				yield* valuesOf(unpacked, { name: entry.fileName, shareOf: (read) => (before + read) / total });
				before += entry.uncompressedSize;
			}
		} finally {
			zip.close();
		}
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

async function openZip(path: string): ReturnType<typeof openPromise> {
	try {
		return await openPromise(path, { autoClose: false });
	} catch (error) {
		throw new UnreadableFile(`The archive is damaged: ${(error as Error).message}`);
	}
}

/** Those with conversations, within the bounds; yauzl refuses names that leave the archive. */
async function entriesOf(all: AsyncIterable<Entry>): Promise<readonly Entry[]> {
	const entries: Entry[] = [];
	let count = 0;
	let unpacked = 0;
	try {
		for await (const entry of all) {
			if (++count > MAX_ENTRIES) throw new UnreadableFile(`The archive has more than ${MAX_ENTRIES} files`);
			if (!isMeant(entry.fileName)) continue;
			unpacked += entry.uncompressedSize;
			if (unpacked > MAX_UNPACKED_BYTES || entry.uncompressedSize > MAX_RATIO * Math.max(entry.compressedSize, 1_024))
				throw new UnreadableFile('The archive unpacks to more than is allowed');
			entries.push(entry);
		}
	} catch (error) {
		throw error instanceof UnreadableFile
			? error
			: new UnreadableFile(`The archive is damaged: ${(error as Error).message}`);
	}
	if (entries.length === 0) throw new UnreadableFile('The archive has no file of conversations');
	return entries;
}

/** What exports have beside conversations. */
const others =
	/^(?:manifest|user|users|user_settings|shared_conversations|message_feedback|model_comparisons|projects|memories)\.json$/i;

function isMeant(path: string): boolean {
	const name = path.slice(path.lastIndexOf('/') + 1);
	return /\.jsonl?$/i.test(name) && !others.test(name) && !name.startsWith('.') && !path.startsWith('__MACOSX/');
}
