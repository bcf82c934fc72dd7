import type { TokenUsage } from '#libs/metering';
import type { ChatEvent, FinishReason, TokenLogprob } from '#libs/providers';
import type { AnswerContext, ChatRenderer } from '../../client-operation.js';
import { CollectedChoices } from '../../collected-choices.js';
import { idFor, nowSeconds } from '../ids.js';
import { usageOf } from '../render.js';

const headOf = ({ requestId, alias }: AnswerContext, model: string | undefined): object => ({
	id: idFor('cmpl-', requestId),
	object: 'text_completion',
	created: nowSeconds(),
	model: model ?? alias,
});

/** Completions know no tools. */
const finishOf = (reason: FinishReason): string => (reason === 'tool_calls' ? 'stop' : reason);

/** Offsets are counted in characters, from `offset` on. */
function logprobsOf(tokens: readonly TokenLogprob[], offset: number): object | null {
	if (tokens.length === 0) return null;
	let at = offset;
	return {
		tokens: tokens.map(({ token }) => token),
		token_logprobs: tokens.map(({ logprob }) => logprob),
		top_logprobs: tokens.map(({ top }) => Object.fromEntries(top.map(({ token, logprob }) => [token, logprob]))),
		text_offset: tokens.map(({ token }) => {
			const start = at;
			at += token.length;
			return start;
		}),
	};
}

/** `text_completion` frames. Thinking and calls have no place in them. */
export class CompletionStreamRenderer implements ChatRenderer {
	private head: string | undefined;
	private readonly offsets = new Map<number, number>();
	private usage: TokenUsage | undefined;

	constructor(private readonly context: AnswerContext) {}

	event(event: ChatEvent, model: string | undefined): string {
		const { choice = 0 } = event;
		switch (event.type) {
			case 'text': {
				const offset = this.offsets.get(choice) ?? 0;
				this.offsets.set(choice, offset + event.text.length);
				const logprobs = logprobsOf(event.logprobs ?? [], offset);
				return this.frame({ index: choice, text: event.text, logprobs, finish_reason: null }, model);
			}
			case 'refusal':
				return this.frame({ index: choice, text: event.text, logprobs: null, finish_reason: null }, model);
			case 'finish':
				return this.frame({ index: choice, text: '', logprobs: null, finish_reason: finishOf(event.reason) }, model);
			case 'usage':
				this.usage = event.usage;
				return '';
			default:
				return '';
		}
	}

	end(model: string | undefined): string {
		if (!this.context.wantsUsage || this.usage === undefined) return 'data: [DONE]\n\n';
		return `data: ${this.headOf(model)}[],"usage":${JSON.stringify(usageOf(this.usage))}}\n\ndata: [DONE]\n\n`;
	}

	private frame(choice: object, model: string | undefined): string {
		const usage = this.context.wantsUsage ? ',"usage":null' : '';
		return `data: ${this.headOf(model)}[${JSON.stringify(choice)}]${usage}}\n\n`;
	}

	private headOf(model: string | undefined): string {
		this.head ??= `${JSON.stringify(headOf(this.context, model)).slice(0, -1)},"choices":`;
		return this.head;
	}
}

/** One `text_completion`. */
export class CompletionAnswerRenderer implements ChatRenderer {
	private readonly collected = new CollectedChoices();

	constructor(private readonly context: AnswerContext) {}

	event(event: ChatEvent): string {
		this.collected.add(event);
		return '';
	}

	end(model: string | undefined): string {
		const { usage, choices } = this.collected;
		return JSON.stringify({
			...headOf(this.context, model),
			choices: choices.map(({ text, refusal, logprobs, finish }, index) => ({
				index,
				text: text + refusal,
				logprobs: logprobsOf(logprobs, 0),
				finish_reason: finishOf(finish),
			})),
			usage: usage === undefined ? undefined : usageOf(usage),
		});
	}
}
