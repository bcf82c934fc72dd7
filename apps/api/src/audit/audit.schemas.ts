import { z } from 'zod';
import { PageQuery } from '../edge/paged.js';
import { listOf } from '../edge/responds.decorator.js';
import { timestamp } from '../edge/timestamp.js';

const result = z.enum(['success', 'failure']);
const name = z.string().min(1).max(200);
const moment = z.iso.datetime({ offset: true }).transform((text) => new Date(text));

export const AuditQuery = PageQuery.extend({
	action: name.optional().meta({ description: 'Kind of event, such as `key.create`' }),
	actorId: name.optional().meta({ description: 'Id of the user or key that acted, or the name of a process' }),
	userId: z.uuid().lowercase().optional().meta({ description: 'The user behind the actor' }),
	targetType: name.optional().meta({ description: 'Kind of thing, such as `api_key`' }),
	targetId: name.optional(),
	result: result.optional(),
	requestId: name.optional(),
	from: moment.optional(),
	to: moment.optional().meta({ description: 'Exclusive' }),
});
export type AuditQuery = z.output<typeof AuditQuery>;

export const AuditEvent = z
	.object({
		id: z.uuid().lowercase(),
		occurredAt: timestamp,
		action: z.string().meta({ examples: ['key.create'] }),
		result,
		actorKind: z.enum(['user', 'key', 'system']),
		actorId: z.string().meta({ description: 'Id of the user or key, or the name of a process of ours' }),
		userId: z.uuid().lowercase().nullable().meta({ description: 'The user behind it; `null` for our processes' }),
		targetType: z.string(),
		targetId: z.string().nullable(),
		before: z.unknown().meta({ description: 'How the thing was, without secrets; `null` for what is new' }),
		after: z.unknown().meta({ description: 'How it is now, without secrets' }),
		ip: z.string().nullable(),
		userAgent: z.string().nullable(),
		requestId: z.string(),
		sequence: z
			.number()
			.int()
			.nullable()
			.meta({ description: 'Place in the hash chain; `null` until it is sealed, about a second later' }),
	})
	.meta({ id: 'AuditEvent' });

export const AuditEventList = listOf(AuditEvent).meta({ id: 'AuditEventList' });
