import { z } from 'zod';
import { listOf } from '../edge/responds.decorator.js';
import { timestamp } from '../edge/timestamp.js';
import { id } from './prices.schemas.js';

const moment = z.iso
	.datetime({ offset: true })
	.transform((text) => new Date(text))
	.meta({ examples: ['2026-01-01T00:00:00Z'] });

export const StartRerating = z
	.strictObject({ from: moment, to: moment.meta({ description: 'Exclusive, and not later than now' }) })
	.meta({ id: 'StartRerating', examples: [{ from: '2026-01-01T00:00:00Z', to: '2026-02-01T00:00:00Z' }] });
export type StartRerating = z.output<typeof StartRerating>;

const nanoUsd = z.string().meta({ examples: ['1500000000'] });

export const Rerating = z
	.object({
		id,
		from: timestamp,
		to: timestamp,
		models: z
			.array(
				z
					.object({
						model: z.string(),
						calls: z.int(),
						corrected: z.int().meta({ description: 'Calls whose cost was another one' }),
						beforeNanoUsd: nanoUsd,
						afterNanoUsd: nanoUsd,
					})
					.meta({ id: 'ReratedModel' }),
			)
			.nullable()
			.meta({ description: 'What it changed; `null` while it runs' }),
		createdBy: id.nullable(),
		createdAt: timestamp,
		finishedAt: timestamp.nullable(),
	})
	.meta({ id: 'Rerating' });
export const ReratingList = listOf(Rerating).meta({ id: 'ReratingList' });
