import type { EffectiveSettings } from './conversation.js';

/** How deep folders can lie in each other. */
export const MAX_FOLDER_DEPTH = 16;

/** Model and system prompt each come from the first that has one: the conversation, then its folder, then that one's parent. */
export function effectiveSettings(
	own: EffectiveSettings,
	foldersInsideOut: readonly EffectiveSettings[],
): EffectiveSettings {
	const sources = [own, ...foldersInsideOut];
	const firstOf = (name: keyof EffectiveSettings): string | null =>
		sources.map((source) => source[name]).find((value) => value !== null) ?? null;
	return { model: firstOf('model'), systemPrompt: firstOf('systemPrompt') };
}
