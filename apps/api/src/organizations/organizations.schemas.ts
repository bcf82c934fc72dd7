import { z } from 'zod';
import { timestamp } from '../edge/timestamp.js';

export const Organization = z
	.object({ id: z.uuid(), slug: z.string(), name: z.string(), createdAt: timestamp })
	.meta({ id: 'Organization' });
