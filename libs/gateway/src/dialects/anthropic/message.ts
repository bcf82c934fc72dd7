import type { TokenUsage } from '#libs/metering';
import type { ChatEvent, FinishReason } from '#libs/providers';
import type { AnswerContext } from '../client-operation.js';
import { estimatedTokens } from './estimate.js';

export const messageIdOf = (requestId: string): string => `msg_${requestId.replaceAll('-', '').slice(0, 32)}`;

/** Upstreams without ids of their own have theirs counted per answer, but clients tell calls apart by them. */
export const toolIdOf = (id: string, index: number, requestId: string): string =>
	/^(?:call_\d+(?:_\d+)?)?$/.test(id) ? `toolu_${requestId.replaceAll('-', '').slice(0, 24)}${index}` : id;

/** Of the prompt, where the upstream has not told yet. Never 0. */
export const estimatedInput = ({ inputTokens, scanned }: AnswerContext): number =>
	Math.max(1, Math.min(inputTokens, estimatedTokens(scanned.value)));

const detailsOf = ({ reasoning }: TokenUsage): object | null => (reasoning > 0 ? { thinking_tokens: reasoning } : null);

/** The usage of a whole message: every member, as clients' types promise. */
export const usageObject = (usage: TokenUsage): object => ({
	input_tokens: usage.input,
	output_tokens: usage.output + usage.reasoning,
	cache_creation_input_tokens: usage.cacheWrite,
	cache_read_input_tokens: usage.cacheRead,
	cache_creation: null,
	output_tokens_details: detailsOf(usage),
	server_tool_use: null,
	service_tier: 'standard',
	inference_geo: null,
	speed: null,
});

/** What `message_delta` tells of it: final, not the difference. */
export const deltaUsage = (usage: TokenUsage): object => ({
	input_tokens: usage.input,
	output_tokens: usage.output + usage.reasoning,
	cache_creation_input_tokens: usage.cacheWrite,
	cache_read_input_tokens: usage.cacheRead,
	output_tokens_details: detailsOf(usage),
	server_tool_use: null,
});

/** Why an answer ended. */
export interface Stop {
	readonly stop_reason: string | null;
	readonly stop_sequence: string | null;
	readonly stop_details: object | null;
}

export const NOT_STOPPED: Stop = Object.freeze({ stop_reason: null, stop_sequence: null, stop_details: null });

export interface MessageParts {
	readonly id: string;
	readonly model: string;
	readonly content: readonly object[];
	readonly stop: Stop;
	readonly usage: TokenUsage;
}

export const messageObject = ({ id, model, content, stop, usage }: MessageParts): object => ({
	id,
	type: 'message',
	role: 'assistant',
	model,
	content,
	...stop,
	container: null,
	diagnostics: null,
	usage: usageObject(usage),
});

/** Watches an answer for what its end says: the reason, the usage, a refusal, and pieces where no usage is reported. */
export class AnswerEnd {
	usage: TokenUsage | undefined;
	private reason: FinishReason = 'stop';
	private hit: string | undefined;
	private refusal: string | undefined;
	private hasTools = false;
	private pieces = 0;

	constructor(private readonly context: AnswerContext) {}

	watch(event: ChatEvent): void {
		switch (event.type) {
			case 'usage':
				this.usage = event.usage;
				return;
			case 'finish':
				this.reason = event.reason;
				this.hit = event.stopSequence;
				return;
			case 'refusal':
				this.refusal = (this.refusal ?? '') + event.text;
				break;
			case 'tool_start':
				this.hasTools = true;
		}
		this.pieces++;
	}

	/** As reported, else the estimate. */
	get finalUsage(): TokenUsage {
		const input = estimatedInput(this.context);
		return this.usage ?? { input, cacheRead: 0, cacheWrite: 0, output: this.pieces, reasoning: 0 };
	}

	/** A refusal tells more than a length, that more than a call, and a call more than a natural end. */
	get stop(): Stop {
		if (this.reason === 'content_filter' || this.refusal !== undefined) return refused(this.refusal);
		if (this.reason === 'length') return { ...NOT_STOPPED, stop_reason: 'max_tokens' };
		if (this.hasTools) return { ...NOT_STOPPED, stop_reason: 'tool_use' };
		const asked = this.context.scanned.value.stop_sequences;
		if (this.hit !== undefined && Array.isArray(asked) && asked.includes(this.hit))
			return { ...NOT_STOPPED, stop_reason: 'stop_sequence', stop_sequence: this.hit };
		return { ...NOT_STOPPED, stop_reason: 'end_turn' };
	}
}

const refused = (explanation = ''): Stop => ({
	...NOT_STOPPED,
	stop_reason: 'refusal',
	stop_details: { type: 'refusal', category: null, explanation: explanation === '' ? null : explanation },
});

/** Whether the client wants to see what the model thinks. */
export function showsThinking({ scanned }: AnswerContext): boolean {
	const thinking = scanned.value.thinking as { type?: unknown; display?: unknown } | null | undefined;
	return thinking?.type !== 'disabled' && thinking?.display !== 'omitted';
}
