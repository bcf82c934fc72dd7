import { z } from 'zod';
import { messageRoles, shareAudiences, shareModes } from '#libs/conversations';
import { PageQuery } from '../edge/paged.js';
import { listOf } from '../edge/responds.decorator.js';
import { timestamp } from '../edge/timestamp.js';
import { id } from './conversations.schemas.js';

const mode = z
	.enum(shareModes)
	.meta({ description: '`snapshot`: what is there now; `live`: also what follows on the same branch' });
const audience = z.enum(shareAudiences).meta({
	description: '`public`: who has the link; `signed_in`: members of the organization; `password`: who knows it',
});

export const CreateShareLink = z
	.strictObject({
		mode: mode.default('snapshot'),
		audience: audience.default('signed_in'),
		password: z.string().min(8).max(256).optional().meta({ description: 'Exactly for the audience `password`' }),
		messageId: id.optional().meta({ description: 'The last message that is shown; by default the active leaf' }),
		expiresAt: z.iso
			.datetime({ offset: true })
			.transform((text) => new Date(text))
			.nullable()
			.default(null)
			.meta({ description: '`null`: until it is revoked', examples: ['2030-12-31T00:00:00Z'] }),
	})
	.meta({ id: 'CreateShareLink', examples: [{ mode: 'snapshot', audience: 'public' }] });
export type CreateShareLink = z.output<typeof CreateShareLink>;

const shown = {
	id,
	conversationId: id,
	mode,
	audience,
	leafId: id,
	title: z.string(),
	viewCount: z.int(),
	lastViewedAt: timestamp.nullable(),
	expiresAt: timestamp.nullable(),
	revokedAt: timestamp.nullable(),
	createdAt: timestamp,
};

export const ShareLink = z.object(shown).meta({ id: 'ShareLink' });
export const ShareLinkList = listOf(ShareLink).meta({ id: 'ShareLinkList' });
export const NewShareLink = z
	.object({ ...shown, token: z.string().meta({ description: 'Opens it; shown once' }) })
	.meta({ id: 'NewShareLink' });

export const ShareLinksQuery = PageQuery.extend({ conversationId: id.optional() });
export type ShareLinksQuery = z.output<typeof ShareLinksQuery>;

/** In a body, so that the token stands in no log and no history. */
export const OpenShareLink = z
	.strictObject({
		token: z.string().min(1).max(100),
		password: z.string().min(1).max(256).optional(),
		before: id.optional().meta({ description: '`next` of the page before' }),
	})
	.meta({ id: 'OpenShareLink' });
export type OpenShareLink = z.output<typeof OpenShareLink>;

export const SharedConversation = z
	.object({
		title: z.string(),
		mode,
		items: z
			.array(
				z.object({
					id,
					role: z.enum(messageRoles),
					text: z.string(),
					model: z.string().nullable(),
					createdAt: timestamp,
				}),
			)
			.meta({ description: 'Questions and answers, the last first' }),
		next: id.nullable().meta({ description: 'Passed back as `before`; `null`: it begins here' }),
	})
	.meta({ id: 'SharedConversation' });
