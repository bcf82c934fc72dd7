import type { ScannedJson } from '../../json/scan-json.js';
import type { Edit } from '../../json/splice.js';

type Json = Readonly<Record<string, unknown>>;

/** Thinking that we passed on for a model of another vendor: it has no signature, and Anthropic would refuse it. */
const isForeign = (block: unknown): boolean => {
	const { type, signature } = (block ?? {}) as Json;
	return type === 'thinking' && (signature === '' || signature === undefined);
};

const blocksOf = (message: unknown): unknown[] => {
	const { content } = (message ?? {}) as Json;
	return Array.isArray(content) ? content : [];
};

/** Leaves such thinking out of a conversation that goes on with another model; all other bodies stay as they are. */
export function withoutForeignThinking({ value, spans }: ScannedJson): Edit[] {
	const { messages } = value;
	const span = spans.get('messages');
	if (span === undefined || !Array.isArray(messages)) return [];
	if (!messages.some((message) => blocksOf(message).some(isForeign))) return [];
	const kept = messages.flatMap((message) => {
		const own = blocksOf(message).filter((block) => !isForeign(block));
		if (own.length === blocksOf(message).length) return [message];
		return own.length === 0 ? [] : [{ ...(message as Json), content: own }];
	});
	return [{ ...span, bytes: JSON.stringify(kept) }];
}
