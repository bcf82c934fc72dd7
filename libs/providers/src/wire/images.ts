const signatures: readonly (readonly [string, string])[] = [
	['iVBOR', 'image/png'],
	['/9j/', 'image/jpeg'],
	['R0lGOD', 'image/gif'],
	['UklGR', 'image/webp'],
];

/** A `data:` URL for bare base64; the media type is read off the first bytes. */
export const imageUrl = (base64: string): string => {
	const type = signatures.find(([start]) => base64.startsWith(start))?.[1] ?? 'image/png';
	return `data:${type};base64,${base64}`;
};

/** The base64 of a `data:` URL; `undefined` for any other URL. */
export const base64OfDataUrl = (url: string): string | undefined => /^data:[\w.+/-]+;base64,(.*)$/s.exec(url)?.[1];
