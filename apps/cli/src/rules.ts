import { z } from 'zod';
import { isUuid, missing } from '#libs/kernel';
import type { Attachment, RuleQuestion } from '#libs/metering';
import { protocols } from '#libs/providers';
import { everything, organizationExplanation, organizationOption, type Services, userIdOf } from './application.js';
import { type Invocation, textOption, UsageError } from './command.js';

/** Whom a limit or a budget binds: at most one of them, none is the organization. */
export const subjectOptions = {
	user: { type: 'string' },
	key: { type: 'string' },
	project: { type: 'string' },
	...organizationOption,
} as const;
export const subjectExplanations = {
	user: 'E-mail address of a person, or id of a service account',
	key: 'Id of an API key, or its public part (pl_…)',
	project: 'Id of a project; without user, key and project: the whole organization',
	...organizationExplanation,
} as const;

/** Which calls a rule is about, why it is there, and until when. */
export const ruleOptions = {
	dialect: { type: 'string' },
	model: { type: 'string' },
	reason: { type: 'string' },
	expires: { type: 'string' },
} as const;
export const ruleExplanations = {
	dialect: `One of ${protocols.join(', ')}; by default all`,
	model: "A model's name or a pattern such as gpt-4*; by default all",
	reason: 'Why, for whoever reads it later',
	expires: 'When it ends, such as 2030-12-31 or 2030-12-31T12:00:00Z',
} as const;

interface Subject {
	readonly attachment: Attachment;
	readonly attachmentId: string | null;
}

/** @throws UsageError; AppError missing */
export async function subjectOf(services: Services, invocation: Invocation): Promise<Subject> {
	const [user, key, project] = ['user', 'key', 'project'].map((name) => textOption(invocation, name));
	if (user !== undefined) return { attachment: 'user', attachmentId: await userIdOf(services, user) };
	if (key !== undefined) return { attachment: 'key', attachmentId: await keyIdOf(services, key) };
	return project === undefined
		? { attachment: 'organization', attachmentId: null }
		: { attachment: 'project', attachmentId: project };
}

/** What can be said of the line alone, before anything is opened. @throws UsageError */
export function checkSubject(invocation: Invocation): void {
	const given = ['user', 'key', 'project'].filter((name) => textOption(invocation, name) !== undefined);
	if (given.length > 1) throw new UsageError(`--${given.join(' and --')} cannot be given together`);
	const project = textOption(invocation, 'project');
	if (project !== undefined && !isUuid(project)) throw new UsageError('--project is not an id');
}

async function keyIdOf({ scope, keys }: Services, key: string): Promise<string> {
	if (isUuid(key)) return key;
	const publicPart = /^(?:pl_)?([0-9A-Za-z]{12})/.exec(key)?.[1];
	const all = await everything((page) => keys.list(scope, page));
	const found = all.find(({ keyId }) => keyId === publicPart);
	if (found === undefined) throw missing('The key');
	return found.id;
}

const rule = z.object({
	dialect: z.enum(protocols).nullable(),
	model: z.string().min(1).max(256).nullable(),
	reason: z.string().max(500).nullable(),
	expiresAt: z
		.union([z.iso.datetime({ offset: true }), z.iso.date()])
		.transform((text) => new Date(text))
		.nullable(),
});

/** @throws UsageError */
export function ruleOf(invocation: Invocation): z.output<typeof rule> {
	const [dialect, model, reason, expiresAt] = ['dialect', 'model', 'reason', 'expires'].map(
		(name) => textOption(invocation, name) ?? null,
	);
	const { success, data, error } = rule.safeParse({ dialect, model, reason, expiresAt });
	if (success) return data;
	const field = String(error.issues[0]?.path[0]).replace('expiresAt', 'expires');
	throw new UsageError(`--${field} is not valid`);
}

/** One of a few words. @throws UsageError */
export function wordOption<Word extends string>(
	invocation: Invocation,
	name: string,
	words: readonly Word[],
): Word | undefined {
	const value = textOption(invocation, name);
	if (value === undefined || (words as readonly string[]).includes(value)) return value as Word | undefined;
	throw new UsageError(`--${name} must be one of ${words.join(', ')}`);
}

/** Where a rule is attached, for a table. */
export const placeText = ({ attachment, attachmentId }: Subject): string =>
	attachmentId === null ? attachment : `${attachment} ${attachmentId}`;

/** A question about nobody and every call, to be filled in. */
export const anything: RuleQuestion = {
	keyId: undefined,
	userId: undefined,
	projectId: undefined,
	dialect: undefined,
	alias: undefined,
	model: undefined,
};
