import type { ChatEvent, ReasoningPart } from '#libs/providers';

const FOREIGN = 'parallama.anthropic.';

/**
 * The `encrypted_content` of a reasoning item. Anthropic's signatures travel inside, marked, so that a client that sends its
 * items back returns them to the vendor that made them, and to no other.
 */
export function wrappedReasoning({
	vendor,
	signature,
	redacted,
}: Extract<ChatEvent, { type: 'reasoning_end' }>): string | undefined {
	if (vendor === 'openai') return redacted;
	if (signature === undefined && redacted === undefined) return undefined;
	return FOREIGN + Buffer.from(JSON.stringify({ signature, redacted })).toString('base64url');
}

/** Whose thinking a client sends back. What is not readable as ours is OpenAI's. */
export function unwrappedReasoning(text: string, encrypted: string | undefined): ReasoningPart {
	if (encrypted === undefined) return { text, vendor: undefined, signature: undefined, redacted: undefined };
	const foreign = encrypted.startsWith(FOREIGN) ? readForeign(encrypted.slice(FOREIGN.length)) : undefined;
	if (foreign === undefined) return { text, vendor: 'openai', signature: undefined, redacted: encrypted };
	return { text, vendor: 'anthropic', ...foreign };
}

function readForeign(
	packed: string,
): { readonly signature: string | undefined; readonly redacted: string | undefined } | undefined {
	try {
		const { signature, redacted } = JSON.parse(Buffer.from(packed, 'base64url').toString('utf8')) as {
			signature?: unknown;
			redacted?: unknown;
		};
		const known = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
		return { signature: known(signature), redacted: known(redacted) };
	} catch {
		return undefined;
	}
}
