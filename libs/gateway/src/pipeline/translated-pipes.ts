import { AppError } from '#libs/kernel';
import type { TokenUsage } from '#libs/metering';
import type { ChatDecoder, ChatEvent, ChatRequest, EmbeddingAnswer, ProviderAdapter } from '#libs/providers';
import type { AnswerPipe, ChatRenderer, Ending } from '../dialects/client-operation.js';

/**
 * An upstream's protocol in, another dialect out, event by event. With several sources each answers one choice: their
 * events are told apart by number, their usage is added up.
 */
export class TranslatedChat implements AnswerPipe {
	failure: AppError | undefined;
	private emitted = 0;
	private readonly decoders: readonly ChatDecoder[];
	private readonly usages: (TokenUsage | undefined)[] = [];
	private readonly inputTokens: number;
	private running: number;
	private rendered = '';

	/** `inputTokens`: an estimate of the prompt, for clients of an upstream that does not say. */
	constructor(
		adapter: ProviderAdapter,
		request: ChatRequest,
		private readonly renderer: ChatRenderer,
		{ sources = 1, inputTokens = 0 } = {},
	) {
		this.running = sources;
		this.inputTokens = inputTokens;
		this.decoders = Array.from({ length: sources }, (_, source) =>
			adapter.chatDecoder(request, (event) => this.event(sources === 1 ? event : { ...event, choice: source }, source)),
		);
	}

	get pieces(): number {
		return this.decoders.reduce((pieces, { held }) => pieces + (held ?? 0), this.emitted);
	}

	get usage(): TokenUsage | undefined {
		const [first, ...others] = this.usages.filter((usage) => usage !== undefined);
		return first === undefined ? undefined : others.reduce(sum, first);
	}

	feed(bytes: Buffer, source = 0): string | undefined {
		this.decoder(source).feed(bytes);
		return this.take();
	}

	end(source = 0): Ending {
		const isWhole = this.decoder(source).end();
		if (this.failure !== undefined || !isWhole) return { last: this.take(), isWhole };
		if (--this.running === 0) {
			const { usage } = this;
			if (usage !== undefined && this.decoders.length > 1)
				this.rendered += this.renderer.event(this.withInput({ type: 'usage', usage }), this.model);
			this.rendered += this.renderer.end(this.model);
		}
		return { last: this.take(), isWhole };
	}

	private get model(): string | undefined {
		return this.decoders[0]?.model;
	}

	private decoder(source: number): ChatDecoder {
		return this.decoders[source] as ChatDecoder;
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

	private event(event: ChatEvent, source: number): void {
		if (this.failure !== undefined) return;
		if (event.type === 'error') {
			this.failure = new AppError(
				'upstream',
				'upstream_error',
				`The upstream reported: ${event.message.slice(0, 500)}`,
			);
			return;
		}
		if (event.type === 'usage') this.usages[source] = event.usage;
		else if (event.type !== 'finish') this.emitted++;
		if (event.type !== 'usage' || this.decoders.length === 1)
			this.rendered += this.renderer.event(this.withInput(event), this.model);
	}
}

const sum = (a: TokenUsage, b: TokenUsage): TokenUsage => ({
	...(a.isInputUnknown === true || b.isInputUnknown === true ? { isInputUnknown: true } : {}),
	input: a.input + b.input,
	cacheRead: a.cacheRead + b.cacheRead,
	cacheWrite: a.cacheWrite + b.cacheWrite,
	output: a.output + b.output,
	reasoning: a.reasoning + b.reasoning,
});

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
