import { z } from 'zod';

/** A point in time in an answer: a `Date` inside, ISO 8601 in UTC on the wire. */
export const timestamp = z
	.date()
	.transform((date) => date.toISOString())
	.pipe(z.iso.datetime());
