import { AppError, type FieldProblem } from '#libs/kernel';
import type { AliasTarget, StickyBy } from './alias.js';
import type { AliasFields } from './persistence/alias.repository.js';

export type NewAlias = Omit<AliasFields, 'stickyBy'> & { readonly stickyBy: StickyBy | undefined };
/** What is `undefined` stays as it is; targets are replaced as a whole. */
export type AliasChange = { readonly [Field in keyof NewAlias]?: NewAlias[Field] | undefined };

/** The columns of a new or changed alias. @throws AppError invalid `validation_failed` */
export function aliasFields(input: NewAlias): AliasFields {
	const problems = problemsOf(input);
	if (problems.length > 0)
		throw new AppError('invalid', 'validation_failed', 'The alias is not valid', { details: problems });
	return { ...input, stickyBy: input.policy === 'sticky' ? (input.stickyBy ?? 'conversation') : null };
}

/** A change on top of what is there. */
export function changedAlias(before: AliasFields, change: AliasChange): NewAlias {
	const given = Object.entries(change).filter(([, value]) => value !== undefined);
	const merged = { ...before, ...(Object.fromEntries(given) as Partial<AliasFields>) };
	// what a policy that is left behind needed goes with it
	return {
		...merged,
		stickyBy: change.stickyBy ?? (merged.policy === 'sticky' ? (before.stickyBy ?? undefined) : undefined),
	};
}

function problemsOf({ policy, stickyBy, targets }: NewAlias): FieldProblem[] {
	const problems: FieldProblem[] = [];
	if (stickyBy !== undefined && policy !== 'sticky')
		problems.push({ field: 'stickyBy', code: 'not_allowed', message: 'is for the policy sticky only' });
	if (policy === 'weighted' && targets.every(({ weight }) => weight === 0))
		problems.push({ field: 'targets', code: 'invalid', message: 'need at least one weight above 0' });
	for (const at of repeated(targets))
		problems.push({ field: `targets.${at}`, code: 'duplicate', message: 'is the same provider and model as another' });
	return problems;
}

function repeated(targets: readonly AliasTarget[]): number[] {
	const seen = new Set<string>();
	return targets.flatMap(({ providerId, model }, at) => {
		const key = `${providerId} ${model}`;
		if (seen.has(key)) return at;
		seen.add(key);
		return [];
	});
}
