/** UTF-8 bytes of text for one token: on the careful side for all languages. */
const BYTES_PER_TOKEN = 3;
/** What an image of the usual size counts; what a base64 character of a document counts. */
const IMAGE_TOKENS = 1_600;
const TOKENS_PER_DOCUMENT_CHARACTER = 1 / 4;
/** What the frame around each message or tool counts. */
const TOKENS_PER_OBJECT = 1;

/** What of a body is no part of the prompt. */
const aside = new Set([
	'model',
	'max_tokens',
	'stream',
	'metadata',
	'cache_control',
	'signature',
	'type',
	'media_type',
]);

/**
 * About how many tokens a prompt has: texts by their bytes, images and documents by table. No tokenizer, so that a large
 * prompt does not keep others waiting; never 0.
 */
export function estimatedTokens(body: Readonly<Record<string, unknown>>): number {
	return Math.max(1, Math.ceil(tokensIn(body)));
}

function tokensIn(value: unknown): number {
	if (typeof value === 'string') return Buffer.byteLength(value) / BYTES_PER_TOKEN;
	if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + tokensIn(item), 0);
	if (value === null || typeof value !== 'object') return value === null || value === undefined ? 0 : 1;
	const { type, source } = value as { type?: unknown; source?: { data?: unknown; type?: unknown } };
	if (type === 'image') return IMAGE_TOKENS;
	if (type === 'document' && source?.type === 'base64' && typeof source.data === 'string')
		return source.data.length * TOKENS_PER_DOCUMENT_CHARACTER;
	let sum = TOKENS_PER_OBJECT;
	for (const [key, member] of Object.entries(value)) if (!aside.has(key)) sum += tokensIn(member);
	return sum;
}
