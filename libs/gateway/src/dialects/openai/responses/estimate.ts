/** UTF-8 bytes of text for one token: on the careful side for all languages. */
const BYTES_PER_TOKEN = 3;
/** What an image of the usual size counts, and what a base64 character of a document or a sound does. */
const IMAGE_TOKENS = 1_600;
const TOKENS_PER_DATA_CHARACTER = 1 / 4;

/** What of a request is the prompt. */
const prompt = ['instructions', 'input', 'tools', 'text'] as const;
/** Names of things, which no model reads. */
const aside = new Set(['type', 'id', 'status', 'encrypted_content', 'detail']);

/**
 * About how many tokens the input of a response has: texts by their bytes, images and documents by table. No tokenizer, so
 * that a large prompt does not keep others waiting; never 0.
 */
export const estimatedResponseTokens = (body: Readonly<Record<string, unknown>>): number =>
	Math.max(1, Math.ceil(prompt.reduce((sum, name) => sum + tokensIn(body[name]), 0)));

function tokensIn(value: unknown): number {
	if (typeof value === 'string') return Buffer.byteLength(value) / BYTES_PER_TOKEN;
	if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + tokensIn(item), 0);
	if (value === null || value === undefined) return 0;
	return typeof value === 'object' ? tokensInObject(value as Record<string, unknown>) : 1;
}

function tokensInObject(value: Readonly<Record<string, unknown>>): number {
	if (value.type === 'input_image') return IMAGE_TOKENS;
	let sum = 1;
	for (const [key, member] of Object.entries(value))
		if (typeof member === 'string' && (key === 'file_data' || key === 'data'))
			sum += member.length * TOKENS_PER_DATA_CHARACTER;
		else if (!aside.has(key)) sum += tokensIn(member);
	return sum;
}
