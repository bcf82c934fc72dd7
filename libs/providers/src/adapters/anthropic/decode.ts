import { AppError } from '#libs/kernel';
import type { TokenUsage } from '#libs/metering';
import type { ChatDecoder, ChatEvent, FinishReason } from '../../chat.js';
import type { ListedModel } from '../../provider.js';
import { Lines, parseUpstreamJson, record, text } from '../../wire/lines.js';
import { anthropicUsage } from './usage.js';

/** `pause_turn` belongs to server tools, which are never asked for. */
const reasons: Readonly<Record<string, FinishReason>> = {
	end_turn: 'stop',
	stop_sequence: 'stop',
	pause_turn: 'stop',
	max_tokens: 'length',
	model_context_window_exceeded: 'length',
	tool_use: 'tool_calls',
	refusal: 'content_filter',
};

type Json = Record<string, unknown>;

/** What both forms of an answer have in common: content blocks and the reason of the end. */
class MessageReader {
	private tools = -1;

	constructor(private readonly emit: (event: ChatEvent) => void) {}

	text(piece: string): void {
		if (piece !== '') this.emit({ type: 'text', text: piece });
	}
	thinking(piece: string): void {
		if (piece !== '') this.emit({ type: 'reasoning', text: piece });
	}
	thinkingEnd(signature: string | undefined, redacted: string | undefined): void {
		this.emit({ type: 'reasoning_end', vendor: 'anthropic', signature, redacted });
	}
	tool(id: string, name: string): void {
		this.tools++;
		this.emit({ type: 'tool_start', index: this.tools, id, name });
	}
	toolArguments(json: string): void {
		this.emit({ type: 'tool_arguments', index: this.tools, json });
	}
	finish(reason: string, { stop_sequence, stop_details }: Json): void {
		const why = text(record(stop_details).explanation);
		if (why !== '') this.emit({ type: 'refusal', text: why });
		const hit = text(stop_sequence);
		const stopSequence = hit === '' ? {} : { stopSequence: hit };
		this.emit({ type: 'finish', reason: reasons[reason] ?? 'stop', ...stopSequence });
	}
}

/** The events of `POST /v1/messages` with `stream`. */
export class AnthropicStreamDecoder implements ChatDecoder {
	model: string | undefined;
	private readonly lines = new Lines((line) => this.line(line));
	private readonly reader: MessageReader;
	private opening: unknown;
	private usage: TokenUsage | undefined;
	private block: Json = {};
	private hasArguments = false;
	private isFinished = false;
	private isOver = false;

	constructor(private readonly emit: (event: ChatEvent) => void) {
		this.reader = new MessageReader(emit);
	}

	feed(bytes: Buffer): void {
		this.lines.feed(bytes);
	}

	end(): boolean {
		this.lines.end();
		return this.isOver;
	}

	/** The type stands in the data, too: event names, comments and blank lines say nothing more. */
	private line(line: string): void {
		if (this.isOver || !line.startsWith('data:')) return;
		this.event(parseUpstreamJson(line.slice(5)));
	}

	private event(event: Json): void {
		switch (event.type) {
			case 'message_start':
				return this.start(record(event.message));
			case 'content_block_start':
				return this.blockStart(record(event.content_block));
			case 'content_block_delta':
				return this.delta(record(event.delta));
			case 'content_block_stop':
				return this.blockStop();
			case 'message_delta':
				return this.messageDelta(record(event.delta), event.usage);
			case 'message_stop':
				this.isOver = true;
				return this.finish('end_turn', {});
			case 'error':
				this.emit({ type: 'error', message: text(record(event.error).message) || 'The upstream reported an error' });
		}
	}

	private start(message: Json): void {
		this.model ??= text(message.model) || undefined;
		this.opening = message.usage;
		this.report(anthropicUsage(message.usage));
	}

	private blockStart(block: Json): void {
		this.block = block;
		this.hasArguments = false;
		if (block.type === 'text') this.reader.text(text(block.text));
		else if (block.type === 'thinking') this.reader.thinking(text(block.thinking));
		else if (block.type === 'redacted_thinking') this.reader.thinkingEnd(undefined, text(block.data));
		else if (block.type === 'tool_use') this.reader.tool(text(block.id), text(block.name));
	}

	private delta(delta: Json): void {
		this.counted();
		if (delta.type === 'text_delta') return this.reader.text(text(delta.text));
		if (delta.type === 'thinking_delta') return this.reader.thinking(text(delta.thinking));
		if (delta.type === 'signature_delta') return this.reader.thinkingEnd(text(delta.signature), undefined);
		if (delta.type !== 'input_json_delta' || this.block.type !== 'tool_use' || text(delta.partial_json) === '') return;
		this.hasArguments = true;
		this.reader.toolArguments(text(delta.partial_json));
	}

	/** A call without arguments has no deltas; some servers give all of them at the block's start. */
	private blockStop(): void {
		if (this.block.type === 'tool_use' && !this.hasArguments)
			this.reader.toolArguments(JSON.stringify(this.block.input ?? {}));
		this.block = {};
	}

	private messageDelta(delta: Json, usage: unknown): void {
		const reason = text(delta.stop_reason);
		if (reason !== '') this.finish(reason, delta);
		this.report(anthropicUsage(this.opening, usage));
	}

	private finish(reason: string, delta: Json): void {
		if (this.isFinished) return;
		this.isFinished = true;
		this.reader.finish(reason, delta);
	}

	/** `message_start` names one output token: until the end is told, the pieces count, so that a cut answer is not free. */
	private counted(): void {
		if (this.usage !== undefined) this.report({ ...this.usage, output: this.usage.output + 1 });
	}

	private report(usage: TokenUsage | undefined): void {
		if (usage === undefined) return;
		this.usage = usage;
		this.emit({ type: 'usage', usage });
	}
}

/** One `message`. */
export class AnthropicAnswerDecoder implements ChatDecoder {
	model: string | undefined;
	private readonly pieces: Buffer[] = [];

	constructor(private readonly emit: (event: ChatEvent) => void) {}

	feed(bytes: Buffer): void {
		this.pieces.push(bytes);
	}

	end(): boolean {
		const body = parseUpstreamJson(Buffer.concat(this.pieces).toString('utf8'));
		if (!Array.isArray(body.content)) throw garbage('The upstream answered without a message');
		this.model = text(body.model) || undefined;
		const reader = new MessageReader(this.emit);
		for (const block of body.content) readBlock(reader, record(block));
		reader.finish(text(body.stop_reason), body);
		const usage = anthropicUsage(body.usage);
		if (usage !== undefined) this.emit({ type: 'usage', usage });
		return true;
	}
}

function readBlock(reader: MessageReader, block: Json): void {
	switch (block.type) {
		case 'text':
			return reader.text(text(block.text));
		case 'thinking':
			reader.thinking(text(block.thinking));
			return reader.thinkingEnd(text(block.signature), undefined);
		case 'redacted_thinking':
			return reader.thinkingEnd(undefined, text(block.data));
		case 'tool_use':
			reader.tool(text(block.id), text(block.name));
			return reader.toolArguments(JSON.stringify(block.input ?? {}));
	}
}

const garbage = (message: string): AppError => new AppError('upstream', 'upstream_garbage', message);

export function decodeAnthropicList(body: Buffer): ListedModel[] {
	const { data } = parseUpstreamJson(body.toString('utf8'));
	if (!Array.isArray(data)) throw garbage('The upstream did not list its models');
	return data.map(record).flatMap((model) => {
		const created = Math.floor(Date.parse(text(model.created_at)) / 1_000);
		return text(model.id) === ''
			? []
			: [
					{
						id: text(model.id),
						created: Number.isFinite(created) ? created : 0,
						owner: 'anthropic',
						raw: Object.freeze(model),
					},
				];
	});
}
