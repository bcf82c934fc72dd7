import { z } from 'zod';
import { UsageError } from './command.js';

/** A name that a provider may have. @throws UsageError */
export function nameOf(text: string): string {
	if (!/^[A-Za-z0-9][\w.-]{0,62}$/.test(text)) throw new UsageError('--name must be letters, digits or . _ -');
	return text;
}

/** A base URL without its last slashes. @throws UsageError */
export function baseUrlOf(text: string): string {
	if (!z.url({ protocol: /^https?$/ }).safeParse(text).success || /[@?#\s\\]/.test(text))
		throw new UsageError('--url is not an http(s) URL without credentials and query');
	return new URL(text).href.replace(/(?<!\/)\/+$/, '');
}
