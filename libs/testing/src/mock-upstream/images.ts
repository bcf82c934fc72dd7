import { createHash } from 'node:crypto';
import { asArray, asObject, asString } from './json.js';

const hashOf = (base64: string): string => createHash('sha256').update(Buffer.from(base64, 'base64')).digest('hex');

/** The bytes of a `data:` URL by their hash, any other URL as it is. */
function ofUrl(url: string): string[] {
	if (url === '') return [];
	const data = /^data:[^,]*;base64,/.exec(url);
	return [data === null ? url : hashOf(url.slice(data[0].length))];
}

/**
 * The images in a request, in order and whatever the dialect: SHA-256 of their bytes in hex, or the URL where only that
 * was sent.
 */
export function imagesIn(value: unknown): string[] {
	if (Array.isArray(value)) return value.flatMap(imagesIn);
	if (typeof value !== 'object' || value === null) return [];
	const { type, image_url: url, source, images, ...rest } = asObject(value);
	return [
		...ofUrl(asString(url) || asString(asObject(url).url)),
		...(type === 'image' ? ofSource(asObject(source)) : []),
		...asArray(images).map((image) => hashOf(asString(image))),
		...imagesIn(Object.values(rest)),
	];
}

const ofSource = (source: Record<string, unknown>): string[] =>
	source.type === 'base64' ? [hashOf(asString(source.data))] : [asString(source.url)];
