import { AppError } from '#libs/kernel';
import type { CacheHint, ContentPart } from '../../chat.js';
import type { Untranslatable } from '../../untranslatable.js';
import { imageType } from '../../wire/images.js';

export type Block = Readonly<Record<string, unknown>> & { readonly type: string };

const imageTypes = new Set(['image/jpeg', 'image/png', 'image/gif', 'image/webp']);

export const cacheControl = (cache: CacheHint | undefined): object | undefined =>
	cache === undefined ? undefined : { type: 'ephemeral', ttl: cache.ttl };

/** One part as a block, or none: empty texts are errors there. */
export function blockOf(part: ContentPart, lost: Untranslatable): Block[] {
	switch (part.type) {
		case 'text':
			return part.text === '' ? [] : [{ type: 'text', text: part.text, cache_control: cacheControl(part.cache) }];
		case 'image': {
			const mediaType = part.mediaType ?? imageType(part.base64);
			if (!imageTypes.has(mediaType)) return notTaken(lost, `images of the type ${mediaType}`);
			const source = { type: 'base64', media_type: mediaType, data: part.base64 };
			return [{ type: 'image', source, cache_control: cacheControl(part.cache) }];
		}
		case 'image_url':
			return [{ type: 'image', source: { type: 'url', url: part.url }, cache_control: cacheControl(part.cache) }];
		case 'file':
			return documentOf(part, lost);
		case 'audio':
			return notTaken(lost, 'audio');
	}
}

/** PDFs as they are, texts as text. */
function documentOf(part: Extract<ContentPart, { type: 'file' }>, lost: Untranslatable): Block[] {
	const rest = { title: part.name, cache_control: cacheControl(part.cache) };
	if (part.mediaType === 'application/pdf')
		return [{ type: 'document', source: { type: 'base64', media_type: part.mediaType, data: part.base64 }, ...rest }];
	if (!part.mediaType.startsWith('text/')) return notTaken(lost, `files of the type ${part.mediaType}`);
	const data = Buffer.from(part.base64, 'base64').toString('utf8');
	return [{ type: 'document', source: { type: 'text', media_type: 'text/plain', data }, ...rest }];
}

function notTaken(lost: Untranslatable, what: string): [] {
	lost.add('messages', `hold ${what}, which is not supported for this model`);
	return [];
}

export const nobodyAsks = (): AppError =>
	new AppError('invalid', 'invalid_field', 'messages must hold something that the user or a tool says', {
		param: 'messages',
	});
