import { randomBytes, createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import S3rver from 's3rver';
import { newId, systemScope } from '#libs/kernel';
import { type FileStorage, storageOf } from '#libs/storage';
import { testConfig } from '#libs/testing';

const folder = mkdtempSync(join(tmpdir(), 'storage-'));
const bucketServer = new S3rver({
	port: 0,
	address: '127.0.0.1',
	silent: true,
	directory: join(folder, 's3'),
	configureBuckets: [{ name: 'files', configs: [] }],
});
let endpoint: string;
beforeAll(async () => {
	const { address, port } = (await bucketServer.run()) as AddressInfo;
	endpoint = `http://${address}:${port}`;
});
afterAll(async () => {
	await bucketServer.close();
	rmSync(folder, { recursive: true });
});

const settingsOf = (overrides: Record<string, string>) => testConfig('api', overrides).storage;
const s3 = { S3_ACCESS_KEY_ID: 'S3RVER', S3_SECRET_ACCESS_KEY: 'S3RVER', STORAGE_URL: 's3://files/parallama' };
const storages: Record<string, () => FileStorage> = {
	disk: () => storageOf(settingsOf({ STORAGE_URL: String(pathToFileURL(join(folder, 'disk'))) })),
	S3: () => storageOf(settingsOf({ ...s3, S3_ENDPOINT: endpoint })),
};

const scope = systemScope(newId(), 'test', 'test');
const other = systemScope(newId(), 'test', 'test');
async function* inChunks(content: Buffer, size = 65_536): AsyncGenerator<Uint8Array> {
	for (let at = 0; at < content.length; at += size) yield content.subarray(at, at + size);
}
const read = async (stream: Promise<Readable>): Promise<Buffer> => buffer(await stream);

describe.each(Object.keys(storages))('files on %s', (kind) => {
	let storage: FileStorage;
	beforeAll(() => {
		storage = (storages[kind] as () => FileStorage)();
	});

	it('come back as they were written, whole and in part, larger than a part of an upload', async () => {
		const content = randomBytes(11 * 1_048_576 + 3);
		const sha256 = createHash('sha256').update(content).digest('hex');
		expect(await storage.put(scope, 'a/large.bin', inChunks(content))).toEqual({ bytes: content.length, sha256 });
		expect(await storage.size(scope, 'a/large.bin')).toBe(content.length);
		expect(content.equals(await read(storage.get(scope, 'a/large.bin')))).toBe(true);
		const middle = await read(storage.get(scope, 'a/large.bin', { start: 1_000_000, end: 1_000_099 }));
		expect(middle.equals(content.subarray(1_000_000, 1_000_100))).toBe(true);
		const end = await read(storage.get(scope, 'a/large.bin', { start: content.length - 5 }));
		expect(end.equals(content.subarray(-5))).toBe(true);
	});

	it('are replaced and removed, and of the organization alone', async () => {
		for (const text of ['first', 'second']) await storage.put(scope, 'a/b.txt', inChunks(Buffer.from(text)));
		expect(String(await read(storage.get(scope, 'a/b.txt')))).toBe('second');
		await expect(storage.get(other, 'a/b.txt')).rejects.toMatchObject({ fault: 'missing', code: 'not_found' });
		expect(await storage.size(other, 'a/b.txt')).toBeUndefined();
		await storage.delete(other, 'a/b.txt');
		expect(await storage.size(scope, 'a/b.txt')).toBe(6);
		for (let times = 0; times < 2; times++) await storage.delete(scope, 'a/b.txt');
		expect(await storage.size(scope, 'a/b.txt')).toBeUndefined();
		await expect(storage.get(scope, 'a/b.txt')).rejects.toMatchObject({ fault: 'missing' });
	});

	it('are not there when their source failed, and the old one stays', async () => {
		await storage.put(scope, 'kept.txt', inChunks(Buffer.from('old')));
		async function* failing(): AsyncGenerator<Uint8Array> {
			yield randomBytes(6 * 1_048_576);
			throw new Error('the source is gone');
		}
		await expect(storage.put(scope, 'kept.txt', failing())).rejects.toThrow('the source is gone');
		await expect(storage.put(scope, 'new.txt', failing())).rejects.toThrow('the source is gone');
		expect(String(await read(storage.get(scope, 'kept.txt')))).toBe('old');
		expect(await storage.size(scope, 'new.txt')).toBeUndefined();
	});

	it('can be empty', async () => {
		expect(await storage.put(scope, 'empty', inChunks(Buffer.alloc(0)))).toMatchObject({ bytes: 0 });
		expect(await read(storage.get(scope, 'empty'))).toHaveLength(0);
	});
});

describe('storage that cannot be reached', () => {
	it.each([
		['a bucket that is not there', () => ({ ...s3, S3_ENDPOINT: endpoint, STORAGE_URL: 's3://nothing' })],
		['a server that is not there', () => ({ ...s3, S3_ENDPOINT: 'http://127.0.0.1:1' })],
		['a folder that is a file', () => ({ STORAGE_URL: String(pathToFileURL('/dev/null/x')) })],
	])('is said of %s', async (_, settings) => {
		const storage = storageOf(settingsOf(settings()));
		await expect(storage.put(scope, 'a', inChunks(Buffer.from('x')))).rejects.toMatchObject({
			fault: 'unavailable',
			code: 'storage_unavailable',
		});
	});

	it('leaves nothing beside when the disk is full of something else', () => {
		const left = readdirSync(join(folder, 'disk'), { recursive: true, encoding: 'utf8' });
		expect(left.filter((name) => /(^|\/)\./.test(name))).toEqual([]);
	});
});
