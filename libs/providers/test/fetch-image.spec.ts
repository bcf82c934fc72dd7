import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { NO_WISHES, resolveImages, type ChatRequest, type ContentPart } from '#libs/providers';
import { EgressGuard } from '../src/egress/egress-guard.js';
import { ImageFetcher, MAX_IMAGE_BYTES, MAX_IMAGES } from '../src/egress/fetch-image.js';

const PNG = Buffer.from(
	'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
	'base64',
);

let server: Server;
let port: number;
let connections: number;
let answer: (request: IncomingMessage, response: ServerResponse) => void;
let fetcher: ImageFetcher;

beforeEach(async () => {
	connections = 0;
	answer = (_, response) => void response.writeHead(200, { 'content-type': 'image/png' }).end(PNG);
	server = createServer((request, response) => answer(request, response));
	server.on('connection', () => connections++);
	await new Promise<void>((resolve) => server.listen(0, '::', () => resolve()));
	({ port } = server.address() as AddressInfo);
	fetcher = new ImageFetcher(new EgressGuard(['127.0.0.1']));
});
afterEach(async () => {
	fetcher.close();
	server.closeAllConnections();
	await new Promise((resolve) => server.close(resolve));
});

const here = (path = '/a.png'): string => `http://127.0.0.1:${port}${path}`;
const withParts = (...parts: ContentPart[]): ChatRequest => ({
	...NO_WISHES,
	model: 'm',
	isStreamed: false,
	messages: [
		{
			role: 'user',
			parts,
			reasoning: [],
			toolCalls: [],
			toolCallId: undefined,
			toolName: undefined,
			isError: false,
		},
	],
});
const image = (url: string): ContentPart => ({ type: 'image_url', url });
const text: ContentPart = { type: 'text', text: 'what is this?' };

describe('image URLs', () => {
	it('become images, in their place, each URL fetched once, without credentials', async () => {
		const seen: IncomingMessage[] = [];
		answer = (request, response) => {
			seen.push(request);
			response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(PNG);
		};
		const request = withParts(text, image(here()), image(here()), image(here('/b.png?sig=1')));
		const { messages } = await resolveImages(request, fetcher);
		const png = { type: 'image', base64: PNG.toString('base64'), mediaType: 'image/png' };
		expect(messages[0]?.parts).toEqual([text, png, png, png]);
		expect(seen.map(({ url }) => String(url)).toSorted()).toEqual(['/a.png', '/b.png?sig=1']);
		expect(seen.every(({ headers }) => headers.authorization === undefined && headers.cookie === undefined)).toBe(true);
	});

	it('leave a request without them as it is', async () => {
		const request = withParts(text);
		expect(await resolveImages(request, fetcher)).toBe(request);
		expect(connections).toBe(0);
	});

	it('are fetched at most four at a time', async () => {
		let open = 0;
		let most = 0;
		answer = (_, response) => {
			most = Math.max(most, ++open);
			setImmediate(() => {
				open--;
				response.writeHead(200, { 'content-type': 'image/png' }).end(PNG);
			});
		};
		const urls = Array.from({ length: MAX_IMAGES }, (_, n) => image(here(`/${n}.png`)));
		await resolveImages(withParts(...urls), fetcher);
		expect([connections, most <= 4]).toEqual([MAX_IMAGES, true]);
		await expect(resolveImages(withParts(...urls, image(here('/more.png'))), fetcher)).rejects.toMatchObject({
			code: 'too_many_images',
		});
		expect(connections).toBe(MAX_IMAGES);
	});

	it.each<[string, (response: ServerResponse) => void, RegExp]>([
		['a page', (to) => to.writeHead(200, { 'content-type': 'text/html' }).end(PNG), /no PNG/],
		[
			'text that calls itself an image',
			(to) => to.writeHead(200, { 'content-type': 'image/png' }).end('secret'),
			/no PNG/,
		],
		['an SVG', (to) => to.writeHead(200, { 'content-type': 'image/svg+xml' }).end('<svg/>'), /no PNG/],
		['a missing file', (to) => to.writeHead(404).end(), /status 404/],
		['an announced size', (to) => to.writeHead(200, { 'content-length': MAX_IMAGE_BYTES + 1 }).write(PNG), /20 MiB/],
		['a body without end', (to) => pour(to.writeHead(200)), /20 MiB/],
		['a broken connection', (to) => to.destroy(), /cannot be reached/],
	])('%s is refused, naming the part', async (_, answered, why) => {
		answer = (_request, response) => answered(response);
		const failing = resolveImages(withParts(text, image(here())), fetcher);
		await expect(failing).rejects.toMatchObject({
			fault: 'invalid',
			code: 'image_unavailable',
			param: 'messages.0.content.1',
			message: expect.stringMatching(why),
		});
	});

	it('do not follow redirects', async () => {
		const paths: (string | undefined)[] = [];
		answer = ({ url }, response) => {
			paths.push(url);
			response.writeHead(302, { location: '/elsewhere.png' }).end();
		};
		await expect(resolveImages(withParts(image(here())), fetcher)).rejects.toThrow('status 302');
		expect(paths).toEqual(['/a.png']);
	});
});

/** As much as the other side takes. */
function pour(response: ServerResponse): void {
	const piece = Buffer.concat([PNG, Buffer.alloc(1_048_576)]);
	const more = (): void => {
		while (!response.destroyed && response.write(piece));
	};
	response.on('drain', more);
	more();
}

describe('addresses that are not public', () => {
	const spellings = [
		'127.0.0.1',
		'127.1',
		'0x7f.0.0.1',
		'0x7f000001',
		'2130706433',
		'017700000001',
		'0',
		'localhost',
		'LOCALHOST.',
		'[::1]',
		'[::]',
		'[::ffff:127.0.0.1]',
		'[::ffff:7f00:1]',
		'[0:0:0:0:0:ffff:127.0.0.1]',
		'①②⑦.⓪.⓪.①',
	];
	it.each(spellings)('%s gets no connection', async (host) => {
		const strict = new ImageFetcher(new EgressGuard([]));
		await expect(resolveImages(withParts(image(`http://${host}:${port}/`)), strict)).rejects.toMatchObject({
			code: 'image_unavailable',
			message: 'The image at messages.0.content.0 cannot be reached',
		});
		strict.close();
		expect(connections).toBe(0);
	});

	it.each(['169.254.169.254', '10.0.0.1', '192.168.1.1', '100.64.0.1', '[fd00::1]', '[fe80::1]', '[64:ff9b::7f00:1]'])(
		'%s is refused before anything is sent',
		async (host) => {
			const strict = new ImageFetcher(new EgressGuard([]));
			const started = performance.now();
			await expect(strict.fetch(`http://${host}/latest/meta-data`)).rejects.toThrow('cannot be reached');
			expect(performance.now() - started).toBeLessThan(1_000);
			strict.close();
		},
	);

	it.each(['file:///etc/passwd', 'ftp://example.com/a.png', 'gopher://127.0.0.1', 'http://user:pw@127.0.0.1/', 'x'])(
		'%s is no URL of an image',
		async (url) => {
			await expect(fetcher.fetch(url)).rejects.toThrow(/must have/);
			expect(connections).toBe(0);
		},
	);
});
