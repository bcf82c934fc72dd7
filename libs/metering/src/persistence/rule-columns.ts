import { Column, PrimaryColumn } from 'typeorm';
import { newId, storableText } from '#libs/kernel';
import type { Dialect } from '../call.js';
import type { Attachment, RuleTarget } from '../rules/attachment.js';

/** What limits and budgets have in common. */
export abstract class RuleColumns {
	@PrimaryColumn('uuid', { name: 'organization_id' })
	organizationId!: string;

	@PrimaryColumn('uuid')
	id!: string;

	@Column('uuid', { name: 'project_id', nullable: true })
	projectId!: string | null;

	@Column('uuid', { name: 'user_id', nullable: true })
	userId!: string | null;

	@Column('uuid', { name: 'key_id', nullable: true })
	keyId!: string | null;

	@Column('text', { nullable: true })
	dialect!: Dialect | null;

	@Column('text', { nullable: true })
	model!: string | null;

	@Column('text', { nullable: true })
	reason!: string | null;

	@Column('timestamptz', { name: 'expires_at', nullable: true })
	expiresAt!: Date | null;

	@Column('uuid', { name: 'created_by', nullable: true })
	createdBy!: string | null;

	@Column('timestamptz', { name: 'created_at', default: () => 'now()' })
	createdAt!: Date;

	@Column('timestamptz', { name: 'updated_at', default: () => 'now()' })
	updatedAt!: Date;
}

/** The same in a statement, as `RuleRecord` names them. */
export const ruleColumns = `id, CASE WHEN key_id IS NOT NULL THEN 'key' WHEN user_id IS NOT NULL THEN 'user'
		WHEN project_id IS NOT NULL THEN 'project' ELSE 'organization' END AS attachment,
	coalesce(key_id, user_id, project_id) AS "attachmentId", dialect, model, reason, expires_at AS "expiresAt",
	created_by AS "createdBy", created_at AS "createdAt", updated_at AS "updatedAt"`;

/** A rule with how long it still counts, in milliseconds; `null`: for good. */
export type Timed<Rule> = Rule & { readonly endsInMs: number | null };
export const endsIn = `(extract(epoch FROM expires_at - clock_timestamp()) * 1000)::float8 AS "endsInMs"`;

/** Of a page: where rules are attached, in three parameters from `$n` on. */
export const filterFrom = (n: number): string =>
	`($${n}::text IS NULL OR CASE $${n} WHEN 'key' THEN key_id IS NOT NULL WHEN 'user' THEN user_id IS NOT NULL
		WHEN 'project' THEN project_id IS NOT NULL ELSE num_nonnulls(project_id, user_id, key_id) = 0 END)
	AND ($${n + 1}::uuid IS NULL OR $${n + 1} IN (project_id, user_id, key_id))`;

/** Which rules of an organization a page is about. */
export interface RuleFilter {
	readonly attachment?: Attachment | undefined;
	readonly attachmentId?: string | undefined;
}

interface NewRule extends RuleTarget {
	readonly reason: string | null;
	readonly expiresAt: Date | null;
}

/** The columns of a new rule. */
export const newRule = (organizationId: string, createdBy: string | null, rule: NewRule) => ({
	organizationId,
	id: newId(),
	projectId: rule.attachment === 'project' ? rule.attachmentId : null,
	userId: rule.attachment === 'user' ? rule.attachmentId : null,
	keyId: rule.attachment === 'key' ? rule.attachmentId : null,
	dialect: rule.dialect,
	model: rule.model === null ? null : storableText(rule.model),
	reason: storable(rule.reason),
	expiresAt: rule.expiresAt,
	createdBy,
});

export const storable = (text: string | null): string | null => (text === null ? null : storableText(text));

/** Where a row is attached and what it is about, as statements ask for it. */
export const placeOf = ({ projectId, userId, keyId, dialect, model }: ReturnType<typeof newRule>) =>
	[projectId, userId, keyId, dialect, model] as const;
