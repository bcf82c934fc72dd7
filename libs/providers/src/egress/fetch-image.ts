import { Agent, request as send } from 'undici';
import { AppError } from '#libs/kernel';
import type { ChatMessage, ChatRequest, ContentPart } from '../chat.js';
import { signedImageType } from '../wire/images.js';
import type { EgressGuard } from './egress-guard.js';

export const MAX_IMAGES = 20;
export const MAX_IMAGE_BYTES = 20 * 1_048_576;
/** Of all images of one request. */
export const MAX_TOTAL_BYTES = 40 * 1_048_576;
const LIMIT_MS = 10_000;
const AT_ONCE = 4;

/** An image in bare base64. */
export interface FetchedImage {
	readonly base64: string;
	readonly mediaType: string;
	/** Before the encoding. */
	readonly bytes: number;
}

/** Why an image is not there, to be read on from "the image …". */
class Unfetchable extends Error {}

/**
 * Fetches images from URLs of anybody's choice. What may be reached is decided with the resolved address; redirects are
 * not followed, no credential goes along, and nothing but an image comes back.
 */
export class ImageFetcher {
	private readonly agent: Agent;

	constructor(private readonly guard: EgressGuard) {
		this.agent = new Agent({
			pipelining: 0, // a connection per image: nothing is left open to a stranger
			allowH2: false,
			connect: { lookup: guard.lookup, timeout: LIMIT_MS },
			maxHeaderSize: 16_384,
		});
	}

	/** @throws Error whose message says why, and nothing of the network */
	async fetch(address: string): Promise<FetchedImage> {
		const url = this.checked(address);
		const signal = AbortSignal.timeout(LIMIT_MS);
		try {
			const { statusCode, headers, body } = await send(url, {
				dispatcher: this.agent,
				signal,
				headers: { accept: 'image/png, image/jpeg, image/webp, image/gif' },
			});
			body.on('error', () => undefined); // a body that is not wanted any more
			try {
				return await imageIn(statusCode, headers, body);
			} finally {
				body.destroy();
			}
		} catch (error) {
			if (error instanceof Unfetchable) throw error;
			throw new Unfetchable(signal.aborted ? 'was not there within 10 seconds' : 'cannot be reached');
		}
	}

	close(): void {
		void this.agent.destroy();
	}

	private checked(address: string): URL {
		const url = URL.canParse(address) ? new URL(address) : undefined;
		if (url === undefined || (url.protocol !== 'https:' && url.protocol !== 'http:'))
			throw new Unfetchable('must have an http(s) URL');
		if (url.username !== '' || url.password !== '') throw new Unfetchable('must have a URL without credentials');
		if (this.guard.refusalOf(url) !== undefined) throw new Unfetchable('cannot be reached');
		return url;
	}
}

const mayBeImage = (type: string | string[] | undefined): boolean =>
	type === undefined || /^(?:image\/|application\/octet-stream|binary\/octet-stream)/i.test(String(type));

const tooLarge = (): Unfetchable => new Unfetchable('is larger than 20 MiB');

async function imageIn(
	status: number,
	headers: Readonly<Record<string, string | string[] | undefined>>,
	body: AsyncIterable<Buffer>,
): Promise<FetchedImage> {
	if (status !== 200) throw new Unfetchable(`cannot be fetched: its server answered with status ${status}`);
	if (!mayBeImage(headers['content-type'])) throw new Unfetchable('is no PNG, JPEG, GIF or WebP');
	if (Number(headers['content-length'] ?? 0) > MAX_IMAGE_BYTES) throw tooLarge();
	const pieces: Buffer[] = [];
	let bytes = 0;
	for await (const piece of body) {
		bytes += piece.length;
		if (bytes > MAX_IMAGE_BYTES) throw tooLarge();
		pieces.push(piece);
	}
	const base64 = Buffer.concat(pieces, bytes).toString('base64');
	const mediaType = signedImageType(base64);
	if (mediaType === undefined) throw new Unfetchable('is no PNG, JPEG, GIF or WebP');
	return { base64, mediaType, bytes };
}

/** Whether a request holds images that an upstream which takes bytes only cannot get. */
export const hasImageUrls = ({ messages }: ChatRequest): boolean =>
	messages.some(({ parts }) => parts.some(({ type }) => type === 'image_url'));

/**
 * The request with its image URLs replaced by the images, each URL fetched once.
 * @throws AppError invalid `too_many_images`, `image_unavailable`, naming the part
 */
export async function resolveImages(request: ChatRequest, fetcher: Pick<ImageFetcher, 'fetch'>): Promise<ChatRequest> {
	const wanted = placesOf(request.messages);
	if (wanted.size === 0) return request;
	if (wanted.size > MAX_IMAGES)
		throw new AppError('invalid', 'too_many_images', `At most ${MAX_IMAGES} image URLs are fetched for a request`, {
			param: 'messages',
		});
	const images = await new ImageBatch(fetcher).all([...wanted]);
	return { ...request, messages: request.messages.map((message) => withImages(message, images)) };
}

/** Every URL with the first place it stands at, as the caller counts. */
function placesOf(messages: readonly ChatMessage[]): Map<string, string> {
	const places = new Map<string, string>();
	for (const [at, { parts }] of messages.entries())
		for (const [position, part] of parts.entries())
			if (part.type === 'image_url' && !places.has(part.url))
				places.set(part.url, `messages.${at}.content.${position}`);
	return places;
}

function withImages(message: ChatMessage, images: ReadonlyMap<string, FetchedImage>): ChatMessage {
	const replaced = (part: ContentPart): ContentPart => {
		if (part.type !== 'image_url') return part;
		const { url, ...rest } = part;
		const image = images.get(url);
		return image === undefined ? part : { ...rest, type: 'image', base64: image.base64, mediaType: image.mediaType };
	};
	return message.parts.some(({ type }) => type === 'image_url')
		? { ...message, parts: message.parts.map(replaced) }
		: message;
}

/** A few at a time; the first that fails ends it. */
class ImageBatch {
	private readonly images = new Map<string, FetchedImage>();
	private total = 0;
	private hasFailed = false;

	constructor(private readonly fetcher: Pick<ImageFetcher, 'fetch'>) {}

	async all(wanted: [url: string, place: string][]): Promise<ReadonlyMap<string, FetchedImage>> {
		const queue = wanted.values();
		const work = async (): Promise<void> => {
			for (const [url, place] of queue) if (!this.hasFailed) await this.one(url, place);
		};
		await Promise.all(Array.from({ length: Math.min(AT_ONCE, wanted.length) }, work));
		return this.images;
	}

	private async one(url: string, place: string): Promise<void> {
		try {
			const image = await this.fetcher.fetch(url);
			this.total += image.bytes;
			if (this.total > MAX_TOTAL_BYTES) throw new Unfetchable('is one too many: together they exceed 40 MiB');
			this.images.set(url, image);
		} catch (error) {
			this.hasFailed = true;
			throw unavailable(place, error instanceof Unfetchable ? error.message : 'cannot be fetched');
		}
	}
}

const unavailable = (place: string, why: string): AppError =>
	new AppError('invalid', 'image_unavailable', `The image at ${place} ${why}`, { param: place });
