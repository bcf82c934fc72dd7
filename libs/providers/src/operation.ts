export const protocols = ['openai', 'anthropic', 'ollama'] as const;
/** What an upstream or a client speaks. */
export type Protocol = (typeof protocols)[number];

/**
 * One exchange as it is on the wire. Where a client's is one that the upstream serves too, bytes pass; otherwise it is
 * translated through the canonical chat.
 */
export type WireOperation =
	| 'openai/chat'
	| 'openai/completions'
	| 'openai/responses'
	| 'openai/embeddings'
	| 'anthropic/messages'
	| 'anthropic/count_tokens'
	| 'ollama/chat'
	| 'ollama/generate'
	| 'ollama/embed'
	| 'ollama/embeddings'
	/** The canonical events themselves, for callers inside the process; no upstream speaks it. */
	| 'chat/events';
