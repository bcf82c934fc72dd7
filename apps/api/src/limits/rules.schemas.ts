import { z } from 'zod';
import { attachments, type RuleQuestion as Question } from '#libs/metering';
import { protocols } from '#libs/providers';
import { PageQuery } from '../edge/paged.js';
import { timestamp } from '../edge/timestamp.js';

/** What limits and budgets have in common, on the way in and on the way out. */

export const id = z.uuid().lowercase();

const attachment = z.enum(attachments).meta({ description: 'What it binds; a service account is a user' });
const attachmentId = id
	.nullable()
	.meta({ description: 'Id of the project, user or key; `null` for the organization itself' });
const dialect = z.enum(protocols).nullable().meta({ description: '`null`: every dialect' });
const model = z
	.string()
	.trim()
	.min(1)
	.max(256)
	.regex(/^\P{Cc}+$/u)
	.nullable()
	.meta({
		description:
			'A name that callers say, or of the model behind it; `*` is any text, `?` one character, case does not matter. `null`: every model',
		examples: ['gpt-4*'],
	});
const reason = z
	.string()
	.trim()
	.max(500)
	.nullable()
	.meta({ description: 'Why, for whoever reads it later', examples: ['load test until Friday'] });
const expiresAt = z.iso
	.datetime({ offset: true })
	.transform((text) => new Date(text))
	.nullable()
	.meta({ description: 'From then on it does not count; `null`: for good', examples: ['2030-12-31T00:00:00Z'] });

/** Of a body that makes a rule. */
export const newRule = {
	attachment,
	attachmentId: attachmentId.default(null),
	dialect: dialect.default(null),
	model: model.default(null),
	reason: reason.default(null),
	expiresAt: expiresAt.default(null),
};

/** Of a body that makes a limit of a template. */
export const newTarget = { dialect: dialect.default(null), model: model.default(null) };

/** Of a body that changes a rule. */
export const changedRule = { reason: reason.optional(), expiresAt: expiresAt.optional() };

/** Which calls a rule is about, in an answer. */
export const shownTarget = { dialect: z.enum(protocols).nullable(), model: z.string().nullable() };

/** Of an answer. */
export const shownRule = {
	id,
	attachment,
	attachmentId,
	...shownTarget,
	reason: z.string().nullable(),
	expiresAt: timestamp.nullable(),
	createdBy: id.nullable().meta({ description: 'The member who made it; `null`: the command line, or somebody gone' }),
	createdAt: timestamp,
	updatedAt: timestamp,
};

export const RulesQuery = PageQuery.extend({
	attachment: attachment.optional(),
	attachmentId: id.optional().meta({ description: 'Only those of this project, user or key' }),
});
export type RulesQuery = z.output<typeof RulesQuery>;

/** Whom and what a question is about. Without an id for the document: a `$ref` would hide its parameters. */
export const RuleQuestion = z
	.strictObject({
		userId: id.optional().meta({ description: 'A person or a service account' }),
		keyId: id.optional().meta({ description: 'Id of an API key; its owner and project are known' }),
		projectId: id.optional().meta({ description: 'Where a user calls from' }),
		dialect: z.enum(protocols).optional().meta({ description: 'By default every dialect' }),
		model: z
			.string()
			.min(1)
			.max(256)
			.optional()
			.meta({ description: 'What a call would say as `model`; by default every model' }),
	})
	.refine(
		({ userId, keyId, projectId }) => keyId === undefined || (userId === undefined && projectId === undefined),
		'takes a key or a user and a project, not both',
	);
export type RuleQuestion = z.output<typeof RuleQuestion>;

export const questionOf = ({ userId, keyId, projectId, dialect, model }: RuleQuestion): Question => ({
	userId,
	keyId,
	projectId,
	dialect,
	alias: model,
	model: undefined,
});
