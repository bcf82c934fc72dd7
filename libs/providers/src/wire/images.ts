const signatures: readonly (readonly [string, string])[] = [
	['iVBOR', 'image/png'],
	['/9j/', 'image/jpeg'],
	['R0lGOD', 'image/gif'],
	['UklGR', 'image/webp'],
];

/** The media type of an image, read off its first bytes; `undefined`: no image of a kind that models take. */
export function signedImageType(base64: string): string | undefined {
	const type = signatures.find(([start]) => base64.startsWith(start))?.[1];
	return type === 'image/webp' && Buffer.from(base64.slice(0, 16), 'base64').toString('latin1', 8) !== 'WEBP'
		? undefined // RIFF holds sound and film, too
		: type;
}

/** The same; PNG when the bytes say nothing. */
export const imageType = (base64: string): string => signedImageType(base64) ?? 'image/png';

/** A `data:` URL for bare base64. */
export const imageUrl = (base64: string, mediaType = imageType(base64)): string => `data:${mediaType};base64,${base64}`;

/** Media type and base64 of a `data:` URL; `undefined` for any other URL. */
export function dataUrlParts(url: string): { readonly mediaType: string; readonly base64: string } | undefined {
	if (!url.startsWith('data:')) return undefined;
	const comma = url.indexOf(',');
	const head = /^data:([\w.+/-]+);base64$/.exec(url.slice(0, Math.max(0, Math.min(comma, 200))));
	return head === null ? undefined : { mediaType: head[1] as string, base64: url.slice(comma + 1) };
}

/** The base64 of a `data:` URL; `undefined` for any other URL. */
export const base64OfDataUrl = (url: string): string | undefined => dataUrlParts(url)?.base64;
