import { z } from 'zod';

/** Offsets mean the opposite to PostgreSQL, so that only names are taken. */
function isZone(name: string): boolean {
	if (!/^[A-Za-z][\w/+-]*$/.test(name)) return false;
	try {
		return new Intl.DateTimeFormat('en', { timeZone: name }) instanceof Intl.DateTimeFormat;
	} catch {
		return false;
	}
}

/** The IANA name of a time zone, in a request. */
export const timeZone = z.string().max(64).refine(isZone, 'is no time zone');
