import { z } from 'zod';
import { feedbackThumbs } from '#libs/conversations';
import { listOf } from '../edge/responds.decorator.js';
import { timestamp } from '../edge/timestamp.js';
import { id } from './conversations.schemas.js';
import { ContentPart } from './messages.schemas.js';

const said = {
	thumb: z.enum(feedbackThumbs).nullable(),
	rating: z.int().min(1).max(5).nullable(),
	tags: z
		.array(z.string().trim().min(1).max(50))
		.max(20)
		.meta({ examples: [['wrong', 'too long']] }),
	comment: z.string().max(10_000).nullable(),
	correction: z.string().max(100_000).nullable().meta({ description: 'What the answer should have been' }),
};

export const PutFeedback = z
	.strictObject({
		thumb: said.thumb.default(null),
		rating: said.rating.default(null),
		tags: said.tags.default([]),
		comment: said.comment.default(null),
		correction: said.correction.default(null),
	})
	.meta({ id: 'PutFeedback', examples: [{ thumb: 'down', tags: ['wrong'], correction: 'Paris' }] });
export type PutFeedback = z.output<typeof PutFeedback>;

export const Feedback = z
	.object({
		id,
		conversationId: id,
		messageId: id,
		...said,
		context: z
			.object({
				model: z.string().nullable(),
				parameters: z.record(z.string(), z.unknown()),
				systemPrompt: z.string().nullable(),
				prompt: z.array(z.object({ role: z.string(), text: z.string() })),
				answer: z.array(ContentPart),
				siblings: z.array(z.object({ id, model: z.string().nullable(), text: z.string() })),
			})
			.meta({ description: 'What the answer was an answer to when it was judged' }),
		createdAt: timestamp,
		updatedAt: timestamp,
	})
	.meta({ id: 'Feedback' });
export const FeedbackList = listOf(Feedback).meta({ id: 'FeedbackList' });
