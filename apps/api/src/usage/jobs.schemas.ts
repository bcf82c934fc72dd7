import { z } from 'zod';

const timestamp = z
	.date()
	.transform((date) => date.toISOString())
	.pipe(z.iso.datetime());

export const Job = z
	.object({
		id: z.uuid().lowercase(),
		job: z.string().meta({ examples: ['usage.rebuild'] }),
		status: z.enum(['pending', 'done', 'failed']),
		error: z.string().nullable(),
		createdAt: timestamp,
		finishedAt: timestamp.nullable(),
	})
	.meta({ id: 'Job' });

export const JobId = z.uuid().lowercase();
