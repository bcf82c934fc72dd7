import { argumentsObject, type ChatEvent } from '#libs/providers';
import type { AnswerContext, ChatRenderer } from '../client-operation.js';
import {
	AnswerEnd,
	deltaUsage,
	estimatedInput,
	messageIdOf,
	messageObject,
	NOT_STOPPED,
	showsThinking,
	toolIdOf,
} from './message.js';
import { eventFrame, StreamBlocks } from './stream-blocks.js';

/** The events of a streamed message. */
export class AnthropicStreamRenderer implements ChatRenderer {
	private readonly blocks = new StreamBlocks();
	private readonly last: AnswerEnd;
	private readonly showsThinking: boolean;
	private hasStarted = false;

	constructor(private readonly context: AnswerContext) {
		this.last = new AnswerEnd(context);
		this.showsThinking = showsThinking(context);
	}

	event(event: ChatEvent, model: string | undefined): string {
		if ((event.choice ?? 0) > 0) return '';
		this.last.watch(event);
		const out = this.blocksOf(event);
		return out === '' ? '' : this.start(model) + out;
	}

	end(model: string | undefined): string {
		const { stop, finalUsage } = this.last;
		const delta = JSON.stringify({ ...stop, container: null });
		return (
			this.start(model) +
			this.blocks.end() +
			eventFrame('message_delta', `"delta":${delta},"usage":${JSON.stringify(deltaUsage(finalUsage))}`) +
			eventFrame('message_stop', '')
		);
	}

	private blocksOf(event: ChatEvent): string {
		switch (event.type) {
			case 'text':
			case 'refusal':
				if (event.text === '') return '';
				return this.blocks.piece('text', `{"type":"text_delta","text":${JSON.stringify(event.text)}}`);
			case 'reasoning':
				if (!this.showsThinking || event.text === '') return '';
				return this.blocks.piece('thinking', `{"type":"thinking_delta","thinking":${JSON.stringify(event.text)}}`);
			case 'reasoning_end':
				if (event.vendor !== 'anthropic') return this.blocks.thinkingEnd(undefined); // nobody else's signature
				return event.redacted === undefined
					? this.blocks.thinkingEnd(event.signature)
					: this.blocks.redacted(event.redacted);
			case 'tool_start':
				return this.blocks.tool(event.index, toolIdOf(event.id, event.index, this.context.requestId), event.name);
			case 'tool_arguments':
				return this.blocks.toolArguments(event.index, event.json);
			case 'finish':
			case 'usage':
			case 'error':
				return '';
		}
	}

	/** With the first content, so that the input may have been told by then; agents account by it. */
	private start(model: string | undefined): string {
		if (this.hasStarted) return '';
		this.hasStarted = true;
		const known = this.last.usage;
		const input = known === undefined ? { input: estimatedInput(this.context), cacheRead: 0, cacheWrite: 0 } : known;
		const message = messageObject({
			id: messageIdOf(this.context.requestId),
			model: model ?? this.context.alias,
			content: [],
			stop: NOT_STOPPED,
			usage: { ...input, output: 1, reasoning: 0 },
		});
		return eventFrame('message_start', `"message":${JSON.stringify(message)}`);
	}
}

interface Content {
	readonly type: 'text' | 'thinking' | 'redacted_thinking' | 'tool_use';
	text: string;
	signature: string;
	isEnded: boolean;
	readonly tool: { readonly index: number; readonly id: string; readonly name: string } | undefined;
}

/** One message. */
export class AnthropicAnswerRenderer implements ChatRenderer {
	private readonly content: Content[] = [];
	private readonly last: AnswerEnd;
	private readonly showsThinking: boolean;

	constructor(private readonly context: AnswerContext) {
		this.last = new AnswerEnd(context);
		this.showsThinking = showsThinking(context);
	}

	event(event: ChatEvent): string {
		if ((event.choice ?? 0) > 0) return '';
		this.last.watch(event);
		this.collect(event);
		return '';
	}

	end(model: string | undefined): string {
		return JSON.stringify(
			messageObject({
				id: messageIdOf(this.context.requestId),
				model: model ?? this.context.alias,
				content: this.content.map(blockOf),
				stop: this.last.stop,
				usage: this.last.finalUsage,
			}),
		);
	}

	private collect(event: ChatEvent): void {
		switch (event.type) {
			case 'text':
			case 'refusal':
				this.add('text', event.text);
				return;
			case 'reasoning':
				if (this.showsThinking) this.add('thinking', event.text);
				return;
			case 'reasoning_end':
				this.endThinking(event);
				return;
			case 'tool_start': {
				const id = toolIdOf(event.id, event.index, this.context.requestId);
				this.content.push({ ...empty('tool_use'), tool: { index: event.index, id, name: event.name } });
				return;
			}
			case 'tool_arguments': {
				const call = this.content.find(({ tool }) => tool?.index === event.index);
				if (call !== undefined) call.text += event.json;
			}
		}
	}

	private add(type: 'text' | 'thinking', text: string): void {
		const last = this.content.at(-1);
		if (text === '') return;
		if (last?.type === type && !last.isEnded) last.text += text;
		else this.content.push({ ...empty(type), text });
	}

	private endThinking({ vendor, signature, redacted }: Extract<ChatEvent, { type: 'reasoning_end' }>): void {
		const last = this.content.at(-1);
		if (vendor === 'anthropic' && redacted !== undefined)
			this.content.push({ ...empty('redacted_thinking'), text: redacted });
		else if (last?.type === 'thinking') {
			last.isEnded = true;
			last.signature = vendor === 'anthropic' ? (signature ?? '') : '';
		}
	}
}

const empty = (type: Content['type']): Content => ({ type, text: '', signature: '', isEnded: false, tool: undefined });

function blockOf({ type, text, signature, tool }: Content): object {
	switch (type) {
		case 'text':
			return { type, text, citations: null };
		case 'thinking':
			return { type, thinking: text, signature };
		case 'redacted_thinking':
			return { type, data: text };
		case 'tool_use':
			return { type, id: tool?.id, name: tool?.name, input: argumentsObject(text), caller: { type: 'direct' } };
	}
}
