import { AppError } from '#libs/kernel';
import type { TokenUsage } from '#libs/metering';
import type { ChatDecoder, ChatEvent, ChatRequest, EmbeddingAnswer, ProviderAdapter } from '#libs/providers';
import type { AnswerPipe, ChatRenderer, Ending } from '../dialects/client-operation.js';

/** An upstream's protocol in, another dialect out, event by event. */
export class TranslatedChat implements AnswerPipe {
	usage: TokenUsage | undefined;
	failure: AppError | undefined;
	private emitted = 0;
	private readonly decoder: ChatDecoder;
	private readonly renderer: ChatRenderer;
	private rendered = '';

	/** `inputTokens`: an estimate of the prompt, for clients of an upstream that does not say. */
	constructor(
		adapter: ProviderAdapter,
		request: ChatRequest,
		renderer: ChatRenderer,
		private readonly inputTokens = 0,
	) {
		this.renderer = renderer;
		this.decoder = adapter.chatDecoder(request, (event) => this.event(event));
	}

	get pieces(): number {
		return this.emitted + (this.decoder.held ?? 0);
	}

	feed(bytes: Buffer): string | undefined {
		this.decoder.feed(bytes);
		return this.take();
	}

	end(): Ending {
		const isWhole = this.decoder.end();
		if (this.failure !== undefined || !isWhole) return { last: this.take(), isWhole };
		this.rendered += this.renderer.end(this.decoder.model);
		return { last: this.take(), isWhole };
	}

	private take(): string | undefined {
		const { rendered } = this;
		this.rendered = '';
		return rendered === '' ? undefined : rendered;
	}

	private withInput(event: ChatEvent): ChatEvent {
		if (event.type !== 'usage' || event.usage.isInputUnknown !== true) return event;
		return { type: 'usage', usage: { ...event.usage, input: this.inputTokens } };
	}

	private event(event: ChatEvent): void {
		if (this.failure !== undefined) return;
		if (event.type === 'error') {
			this.failure = new AppError(
				'upstream',
				'upstream_error',
				`The upstream reported: ${event.message.slice(0, 500)}`,
			);
			return;
		}
		if (event.type === 'usage') this.usage = event.usage;
		else if (event.type !== 'finish') this.emitted++;
		this.rendered += this.renderer.event(this.withInput(event), this.decoder.model);
	}
}

/** Embeddings are never streamed: collected, decoded, written again. */
export class TranslatedEmbeddings implements AnswerPipe {
	usage: TokenUsage | undefined;
	pieces = 0;
	readonly failure = undefined;
	private readonly parts: Buffer[] = [];

	constructor(
		private readonly adapter: ProviderAdapter,
		private readonly render: (answer: EmbeddingAnswer) => string,
	) {}

	feed(bytes: Buffer): undefined {
		this.parts.push(bytes);
	}

	end(): Ending {
		const answer = this.adapter.decodeEmbeddings(Buffer.concat(this.parts));
		this.usage = answer.usage;
		this.pieces = answer.vectors.length;
		return { last: this.render(answer), isWhole: true };
	}
}
