import { z } from 'zod';

/** A password that somebody chooses; the rules are the business of `identity`. */
export const newPassword = z
	.string()
	.min(1)
	.max(1_024)
	.meta({ description: '15 to 256 characters, not easy to guess' });
