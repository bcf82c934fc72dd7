import { fitsModel } from '#libs/access';
import type { RuleTarget } from './attachment.js';
import type { LimitRecord, LimitTerms, TemplateLimit } from './limit.js';

/** Who calls, as far as rules ask. */
export interface Caller {
	readonly projectId: string | undefined;
	readonly userId: string | undefined;
	readonly keyId: string | undefined;
}

/** What is called; `undefined`: whatever it is. */
export interface Called {
	readonly dialect: string | undefined;
	/** What the caller says. */
	readonly alias: string | undefined;
	/** What is behind it. */
	readonly model: string | undefined;
}

/** Where a limit comes from: a template of a role, a limit for good, or one that ends; the later the stronger. */
export const limitSources = ['template', 'limit', 'override'] as const;
export type LimitSource = (typeof limitSources)[number];

/** A limit that binds somebody, or would but for a stronger one in the same place. Frozen. */
export interface EffectiveLimit extends RuleTarget, LimitTerms {
	/** Names the place: what is counted there stays when another limit takes it. */
	readonly place: string;
	readonly source: LimitSource;
	/** `null`: it stands in a template. */
	readonly limitId: string | null;
	readonly reason: string | null;
	readonly expiresAt: Date | null;
}

/** Limits in one place, the strongest first: it counts, the others do not. */
export type LimitPlace = readonly [EffectiveLimit, ...EffectiveLimit[]];

/** Whether a rule is attached to the caller, and about what is called. */
export const concerns = (rule: RuleTarget, caller: Caller, called: Called): boolean =>
	isAttachedTo(rule, caller) && isAbout(rule, called);

/** Whether a rule is about what is called, whoever calls. */
export function isAbout({ dialect, model }: RuleTarget, called: Called): boolean {
	if (dialect !== null && called.dialect !== undefined && dialect !== called.dialect) return false;
	return model === null || fitsCalled(model, called);
}

/**
 * Every limit that binds a caller: those of every level together. In one place (attachment, dialect, model, metric, window)
 * a limit that ends comes before one for good, and that before the template of the role.
 */
export function limitsFor(
	{ limits, template }: { limits: readonly LimitRecord[]; template: readonly TemplateLimit[] },
	caller: Caller,
	called: Called,
): LimitPlace[] {
	const own = limits.filter((limit) => concerns(limit, caller, called)).map(ofLimit);
	const { userId } = caller;
	const ofRole = userId === undefined ? [] : template.map((limit) => ofTemplate(limit, userId));
	const places = new Map<string, EffectiveLimit[]>();
	for (const limit of [...own, ...ofRole.filter((each) => concerns(each, caller, called))]) {
		const others = places.get(limit.place);
		if (others === undefined) places.set(limit.place, [limit]);
		else others.push(limit);
	}
	return [...places.values()].map((place) => place.toSorted(byStrength) as unknown as LimitPlace);
}

const placeOf = ({ attachment, attachmentId, dialect, model, metric, window }: RuleTarget & LimitTerms): string =>
	[attachment, attachmentId ?? '', metric, window ?? '', dialect ?? '', model ?? ''].join('|');

const byStrength = (a: EffectiveLimit, b: EffectiveLimit): number =>
	limitSources.indexOf(b.source) - limitSources.indexOf(a.source);

const ofLimit = (limit: LimitRecord): EffectiveLimit => {
	const { id, attachment, attachmentId, dialect, model, metric, window, max, reason, expiresAt } = limit;
	const terms = { attachment, attachmentId, dialect, model, metric, window, max, reason, expiresAt };
	const source = expiresAt === null ? 'limit' : 'override';
	return Object.freeze({ place: placeOf(limit), ...terms, source, limitId: id });
};

function ofTemplate(limit: TemplateLimit, userId: string): EffectiveLimit {
	const { dialect, model, metric, window, max } = limit;
	const terms = { attachment: 'user', attachmentId: userId, dialect, model, metric, window, max } as const;
	return Object.freeze({
		place: placeOf(terms),
		...terms,
		source: 'template',
		limitId: null,
		reason: null,
		expiresAt: null,
	});
}

function isAttachedTo({ attachment, attachmentId }: RuleTarget, { projectId, userId, keyId }: Caller): boolean {
	const ids = { organization: null, project: projectId, user: userId, key: keyId };
	return ids[attachment] === attachmentId;
}

/** A limit is not got around by another name of the same model. */
function fitsCalled(pattern: string, { alias, model }: Called): boolean {
	const names = [alias, model].filter((name) => name !== undefined);
	return names.length === 0 || names.some((name) => fitsModel(pattern, name));
}
