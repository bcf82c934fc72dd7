import { z } from 'zod';
import { messageRoles, searchModes } from '#libs/conversations';
import { listOf } from '../edge/responds.decorator.js';
import { timestamp } from '../edge/timestamp.js';

const id = z.uuid().lowercase();

const text = z
	.string()
	.min(1)
	.max(1_000)
	.meta({
		description:
			'Words, `"a phrase"`, `-word`, `role:user`, `model:name`, `tag:name`, `folder:name`, `before:2026-01-31`, `after:2026-01-01`',
		examples: ['holiday "by the sea" role:assistant after:2026-01-01'],
	});
const match = z
	.enum(searchModes)
	.default('words')
	.meta({ description: '`substring` also finds parts of words, of three characters or more' });
const cursor = z.string().min(1).max(1_024).optional();
const conversationId = id.optional().meta({ description: 'Only in this conversation' });

export const SearchQuery = z.strictObject({
	q: text,
	match,
	conversationId,
	limit: z.coerce.number().int().min(1).max(50).default(20).meta({ description: 'Items on a page' }),
	cursor: cursor.meta({ description: '`nextCursor` of the page before' }),
});
export type SearchQuery = z.output<typeof SearchQuery>;

export const ChatSearch = z
	.strictObject({
		query: text,
		match,
		conversationId,
		limit: z.int().min(1).max(50).default(20),
		cursor,
	})
	.meta({ id: 'ChatSearch', examples: [{ query: 'holiday -work' }] });
export type ChatSearch = z.output<typeof ChatSearch>;

export const SearchHits = listOf(
	z
		.object({
			messageId: id.meta({ description: 'PUT …/active-leaf with it shows the branch on which it is' }),
			conversationId: id,
			conversationTitle: z.string(),
			role: z.enum(messageRoles),
			model: z.string().nullable(),
			createdAt: timestamp,
			score: z.number(),
			snippet: z.string().meta({ description: 'The piece of the message around the first hit, as it is written' }),
			highlights: z
				.array(z.array(z.int()).length(2))
				.meta({ description: 'Hits in the snippet: first and behind the last UTF-16 unit', examples: [[[3, 10]]] }),
		})
		.meta({ id: 'SearchHit' }),
).meta({ id: 'SearchHits' });
