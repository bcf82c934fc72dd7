import { asArray, asObject, type Json } from './json.js';

/** Top-level fields of a message request; the real server refuses any other. */
const ANTHROPIC = new Set(
	(
		'model max_tokens messages system stop_sequences stream tools tool_choice thinking output_config output_format metadata ' +
		'cache_control container diagnostics inference_geo service_tier speed temperature top_p top_k context_management ' +
		'mcp_servers betas'
	).split(' '),
);
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);
const first = (faults: readonly (string | false | undefined)[]): string =>
	faults.find((fault): fault is string => typeof fault === 'string' && fault !== '') ?? '';

/** What the real servers would not take of a request; '' when nothing. Translations that are nearly right must not pass. */
export function anthropicFault(body: Json): string {
	const extra = Object.keys(body).find((name) => !ANTHROPIC.has(name));
	if (extra !== undefined) return `${extra}: Extra inputs are not permitted`;
	return first(asArray(body.messages).map((message, at) => anthropicMessage(asObject(message), `messages.${at}`)));
}

function anthropicMessage({ role, content }: Json, path: string): string {
	if (role !== 'user' && role !== 'assistant' && role !== 'system')
		return `${path}: Unexpected role "${String(role)}". Allowed roles are "user" or "assistant".`;
	if (typeof content === 'string') return content === '' ? `${path}: all messages must have non-empty content` : '';
	return first(
		asArray(content).map((item, at) => {
			const block = asObject(item);
			if (typeof block.type !== 'string') return `${path}.content.${at}.type: Field required`;
			if (block.type === 'tool_use' && !isObject(block.input))
				return `${path}.content.${at}.tool_use.input: Input should be a valid dictionary`;
			return block.type === 'text' && block.text === '' && `${path}: text content blocks must be non-empty`;
		}),
	);
}

export const ollamaFault = (body: Json): string =>
	first([
		body.format !== undefined &&
			body.format !== null &&
			body.format !== '' &&
			body.format !== 'json' &&
			!isObject(body.format) &&
			'invalid format: expected "json" or a JSON schema',
		...asArray(body.messages).flatMap((message) => ollamaMessage(asObject(message))),
	]);

function ollamaMessage({ content, images, tool_calls: calls }: Json): (string | false)[] {
	return [
		content !== undefined &&
			typeof content !== 'string' &&
			'json: cannot unmarshal array into Go struct field ChatRequest.messages.content of type string',
		...asArray(images).map(
			(image) => (typeof image !== 'string' || !BASE64.test(image)) && 'illegal base64 data at input byte 4',
		),
		...asArray(calls).map(
			(call) =>
				!isObject(asObject(asObject(call).function).arguments) &&
				'json: cannot unmarshal string into Go struct field ChatRequest.messages.tool_calls.function.arguments',
		),
	];
}

export function openaiFault(body: Json): string {
	return first(
		asArray(body.messages).flatMap((item, at) => {
			const message = asObject(item);
			return [
				message.role === 'tool' &&
					typeof message.tool_call_id !== 'string' &&
					`Missing required parameter: 'messages[${at}].tool_call_id'.`,
				...asArray(message.tool_calls).map(
					(call) =>
						typeof asObject(asObject(call).function).arguments !== 'string' &&
						`Invalid type for 'messages[${at}].tool_calls[0].function.arguments': expected a string.`,
				),
				...asArray(message.content).map(
					(part) => typeof asObject(part).type !== 'string' && `Missing required parameter: 'messages[${at}].content'.`,
				),
			];
		}),
	);
}
