import type { Principal } from '#libs/access';
import { AppError } from '#libs/kernel';
import type { ClientOperation } from '../dialects/client-operation.js';
import { foldedKeys, refuseLookalikes, scanJson, type ScannedJson } from '../json/scan-json.js';
import type { InboundCall } from './inbound-call.js';

/** Would send our credential or the call elsewhere. */
const forbidden = ['api_base', 'base_url', 'azure_endpoint', 'extra_headers', 'proxy'];

/** Every key that some route or translator reads. */
const known = foldedKeys([
	...forbidden,
	'model',
	'stream',
	'stream_options',
	'messages',
	'tools',
	'tool_choice',
	'max_tokens',
	'max_completion_tokens',
	'n',
	'input',
	'prompt',
	'system',
	'instructions',
	'encoding_format',
	'dimensions',
	'options',
	'format',
	'think',
	'stop',
	'stop_sequences',
	'thinking',
	'output_config',
	'temperature',
	'top_p',
	'top_k',
	'seed',
	'response_format',
	'reasoning_effort',
	'frequency_penalty',
	'presence_penalty',
	'keep_alive',
	'images',
	'suffix',
	'template',
	'context',
	'raw',
	'store',
	'previous_response_id',
	'conversation',
	'background',
	'max_output_tokens',
	'best_of',
]);

const MAX_MODEL_LENGTH = 256;

export interface RawCall {
	readonly principal: Principal;
	readonly requestId: string;
	readonly operation: ClientOperation;
	/** Of the client, those that the operation forwards. */
	readonly forwarded: Readonly<Record<string, string>>;
	readonly body: Buffer;
	readonly receivedAt: number;
}

/** @throws AppError invalid, naming the field */
export function readCall(raw: RawCall): InboundCall {
	const scanned = scanJson(raw.body);
	refuseLookalikes(scanned.spans, known);
	for (const name of forbidden)
		if (scanned.spans.has(name))
			throw new AppError('invalid', 'forbidden_field', `${name} cannot be chosen by a caller`, { param: name });
	const alias = modelOf(scanned);
	raw.operation.check(scanned, raw.forwarded);
	checkStream(scanned);
	return { ...raw, scanned, alias, isStreamed: raw.operation.isStreamed(scanned) };
}

function modelOf({ value }: ScannedJson): string {
	const { model } = value;
	if (typeof model !== 'string' || model === '' || model.length > MAX_MODEL_LENGTH)
		throw new AppError(
			'invalid',
			'missing_model',
			`model must be the name of a model, at most ${MAX_MODEL_LENGTH} characters`,
			{ param: 'model' },
		);
	return model;
}

function checkStream({ value }: ScannedJson): void {
	if (value.stream !== undefined && value.stream !== null && typeof value.stream !== 'boolean')
		throw new AppError('invalid', 'invalid_field', 'stream must be true or false', { param: 'stream' });
}
