import type { RunEvent } from './run-event.js';

type Chunk = Readonly<Record<string, unknown>>;

/** The header by which the Vercel AI SDK knows its stream. */
export const UI_STREAM_HEADER = { 'x-vercel-ai-ui-message-stream': 'v1' } as const;
export const UI_STREAM_END = 'data: [DONE]\n\n';

const finishReasons = { stop: 'stop', length: 'length', tool_calls: 'tool-calls', content_filter: 'content-filter' };

/** Writes a run as the UI message stream of the Vercel AI SDK: parts that begin, grow and end. */
export class UiStream {
	private open: { readonly kind: 'text' | 'reasoning'; readonly id: string } | undefined;
	private readonly tools = new Map<number, { readonly id: string; readonly name: string; json: string }>();
	private parts = 0;
	private reason: string | undefined;

	/** The frames of one event. */
	event(event: RunEvent): string {
		return this.chunks(event)
			.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`)
			.join('');
	}

	private chunks(event: RunEvent): Chunk[] {
		switch (event.type) {
			case 'start': {
				const { runId, conversationId, model } = event;
				const messageMetadata = { runId, conversationId, model };
				return [{ type: 'start', messageId: event.messageId, messageMetadata }, { type: 'start-step' }];
			}
			case 'text':
			case 'refusal':
				return this.piece('text', event.text);
			case 'reasoning':
				return this.piece('reasoning', event.text);
			case 'reasoning_end':
				return this.close();
			case 'tool_call': {
				const { index, id, name } = event;
				this.tools.set(index, { id, name, json: '' });
				return [...this.close(), { type: 'tool-input-start', toolCallId: id, toolName: name, dynamic: true }];
			}
			case 'tool_arguments':
				return this.toolInput(event.index, event.json);
			case 'finish':
				this.reason = finishReasons[event.reason];
				return [];
			case 'end':
				return [...this.close(), ...this.toolsAreWhole(), ...this.ending(event)];
		}
	}

	private piece(kind: 'text' | 'reasoning', delta: string): Chunk[] {
		const begun = this.open?.kind === kind ? [] : this.begin(kind);
		return [...begun, { type: `${kind}-delta`, id: this.open?.id, delta }];
	}

	private begin(kind: 'text' | 'reasoning'): Chunk[] {
		const closed = this.close();
		this.open = { kind, id: String(this.parts++) };
		return [...closed, { type: `${kind}-start`, id: this.open.id }];
	}

	private close(): Chunk[] {
		const { open } = this;
		this.open = undefined;
		return open === undefined ? [] : [{ type: `${open.kind}-end`, id: open.id }];
	}

	private toolInput(index: number, json: string): Chunk[] {
		const tool = this.tools.get(index);
		if (tool === undefined) return [];
		tool.json += json;
		return [{ type: 'tool-input-delta', toolCallId: tool.id, inputTextDelta: json }];
	}

	private toolsAreWhole(): Chunk[] {
		return [...this.tools.values()].map(({ id, name, json }) => {
			const common = { toolCallId: id, toolName: name, dynamic: true };
			const input = parsed(json);
			return input === undefined
				? { type: 'tool-input-error', ...common, input: json, errorText: 'The arguments are not valid JSON' }
				: { type: 'tool-input-available', ...common, input };
		});
	}

	private ending({ state, error }: Extract<RunEvent, { type: 'end' }>): Chunk[] {
		if (state === 'stopped') return [{ type: 'abort' }];
		if (state !== 'complete') return [{ type: 'error', errorText: error?.message ?? 'The answer was cut off' }];
		return [{ type: 'finish-step' }, { type: 'finish', finishReason: this.reason ?? 'stop' }];
	}
}

const parsed = (json: string): unknown => {
	try {
		return JSON.parse(json === '' ? '{}' : json) as unknown;
	} catch {
		return undefined;
	}
};
