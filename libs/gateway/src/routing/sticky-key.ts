import type { StickyBy } from '#libs/providers';

const textOf = (value: unknown): string | undefined => {
	if (typeof value === 'string' && value !== '') return value;
	const id = (value as { id?: unknown } | null | undefined)?.id;
	return typeof id === 'string' && id !== '' ? id : undefined;
};

/**
 * What keeps a caller at one upstream, whose cache then knows the beginning of the prompt: a key of the caller's, or what a
 * conversation begins with. `undefined`: nothing does.
 */
export function stickyKeyOf(by: StickyBy, body: Readonly<Record<string, unknown>>): string | undefined {
	const own = textOf(body.prompt_cache_key);
	if (own !== undefined || by === 'prompt_cache_key') return own;
	const metadata = body.metadata as Record<string, unknown> | null | undefined;
	return (
		textOf(body.conversation) ?? textOf(metadata?.conversation_id) ?? textOf(metadata?.user_id) ?? beginningOf(body)
	);
}

const LONGEST = 4_096;

/** System prompt and first turn: they stay while a conversation grows. */
function beginningOf(body: Readonly<Record<string, unknown>>): string | undefined {
	const turns = Array.isArray(body.messages) ? body.messages : Array.isArray(body.input) ? body.input : undefined;
	if (turns === undefined) return undefined;
	const first = turns.findIndex((turn) => (turn as { role?: unknown } | null)?.role === 'user');
	if (first === -1) return undefined;
	return JSON.stringify([body.system ?? body.instructions, turns.slice(0, first + 1)]).slice(0, LONGEST);
}
