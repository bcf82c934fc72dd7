import type { AppError } from '#libs/kernel';
import { type ContentPart, dataUrlParts } from '#libs/providers';
import type { Fields } from '../fields.js';

export const wrongImage = (part: Fields, name: string): AppError =>
	part.wrong(name, 'a data: URL with base64, or an http(s) URL');

/** An image given by a URL of any form. @throws what `wrong` makes */
export function imagePart(url: string, detail: string | undefined, wrong: () => AppError): ContentPart {
	const wish = detail === undefined ? {} : { detail };
	const data = dataUrlParts(url);
	if (data !== undefined) return { type: 'image', ...data, ...wish };
	if (!/^https?:\/\//i.test(url)) throw wrong();
	return { type: 'image_url', url, ...wish };
}

/** A document with its data in `file`. @throws AppError invalid `unsupported_parameter` for one that lies elsewhere */
export function filePart(part: Fields, file: Fields | undefined): ContentPart {
	const data = dataUrlParts(file?.string('file_data') ?? '');
	if (data === undefined) throw part.unsupported('file_data', 'must be a data: URL with base64 for this model');
	return { type: 'file', ...data, name: file?.string('filename') };
}
