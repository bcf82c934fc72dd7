import type { Dialect } from '../call.js';

/** What a limit or a budget can be attached to; a service account is a user. */
export const attachments = ['organization', 'project', 'user', 'key'] as const;
export type Attachment = (typeof attachments)[number];

/** Where a rule is attached, and which calls it is about. */
export interface RuleTarget {
	readonly attachment: Attachment;
	/** `null` exactly for the organization itself. */
	readonly attachmentId: string | null;
	/** `null`: all. */
	readonly dialect: Dialect | null;
	/** A pattern of what callers say as `model`, or of the model behind it, as in the rules of keys; `null`: all. */
	readonly model: string | null;
}

/** What every limit and budget has besides. */
export interface RuleRecord extends RuleTarget {
	readonly id: string;
	readonly reason: string | null;
	/** From then on it does not count; `null`: for good. */
	readonly expiresAt: Date | null;
	/** The member who made it; `null`: one of our own processes, or somebody who is gone. */
	readonly createdBy: string | null;
	readonly createdAt: Date;
	readonly updatedAt: Date;
}
