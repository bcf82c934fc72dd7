import { z } from 'zod';
import { listOf } from '../edge/responds.decorator.js';
import { timestamp } from '../edge/timestamp.js';

export const KeptMail = z
	.object({
		id: z.uuid().lowercase(),
		kind: z.string().meta({ examples: ['reset-password'] }),
		recipient: z.string(),
		subject: z.string(),
		text: z.string(),
		html: z.string(),
		createdAt: timestamp,
	})
	.meta({ id: 'KeptMail' });

export const KeptMailList = listOf(KeptMail).meta({ id: 'KeptMailList' });
