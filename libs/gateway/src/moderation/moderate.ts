import { broaderThan, moderationCategories, type ModerationCategory, moderationRules } from './rules.js';

/** From which score on a category is flagged. */
const FLAGGED_FROM = 0.5;

export interface ModerationResult {
	readonly flagged: boolean;
	readonly categories: Readonly<Record<ModerationCategory, boolean>>;
	/** From 0 to 1. */
	readonly category_scores: Readonly<Record<ModerationCategory, number>>;
	readonly category_applied_input_types: Readonly<Record<ModerationCategory, readonly ['text']>>;
}

const forEach = <T>(make: (category: ModerationCategory) => T): Record<ModerationCategory, T> =>
	Object.fromEntries(moderationCategories.map((category) => [category, make(category)])) as Record<
		ModerationCategory,
		T
	>;

const APPLIED = Object.freeze(forEach(() => ['text'] as const));

/** Letters as they look, whatever their form; what cannot be seen between them is left out. */
const plain = (text: string): string =>
	text
		.normalize('NFKC')
		.toLowerCase()
		.replaceAll(/[\u00AD\u200B-\u200D\u2060\uFEFF]/g, '')
		.replaceAll('\u2019', "'")
		.replaceAll(/\s+/g, ' ');

/** Judges a text by rules: several that fit make it surer, each occurrence counts once. */
export function moderate(text: string): ModerationResult {
	const looked = plain(text);
	const innocence = forEach(() => 1);
	for (const { category, pattern, weight } of moderationRules) {
		if (!pattern.test(looked)) continue;
		innocence[category] *= 1 - weight;
		const broader = broaderThan[category];
		if (broader !== undefined) innocence[broader] *= 1 - weight;
	}
	const scores = forEach((category) => Math.round((1 - innocence[category]) * 10_000) / 10_000);
	const categories = forEach((category) => scores[category] >= FLAGGED_FROM);
	return {
		flagged: Object.values(categories).includes(true),
		categories,
		category_scores: scores,
		category_applied_input_types: APPLIED,
	};
}
