import type { AppError } from '#libs/kernel';
import type { TokenUsage } from '#libs/metering';
import { type ChatEvent, type FinishReason, record } from '#libs/providers';
import type { AnswerContext, ChatRenderer } from '../../client-operation.js';
import { openAiError } from '../errors.js';
import { idFor } from '../ids.js';
import { OutputItems, type ResponseEventSink } from './output-items.js';
import { eventFrame, follow, type ResponseProgress } from './progress.js';
import { ResponseObject } from './response-object.js';

const incompleteBy = { length: 'max_output_tokens', content_filter: 'content_filter' } as const;

/** Canonical events as a response: its items, and how it ended. */
class ResponseWriter {
	private readonly items: OutputItems;
	private readonly object: ResponseObject;
	private usage: TokenUsage | undefined;
	private finish: FinishReason = 'stop';

	constructor(context: AnswerContext, say: ResponseEventSink) {
		const { value } = context.scanned;
		const { summary } = record(value.reasoning);
		this.object = new ResponseObject(context);
		this.items = new OutputItems(idFor('', context.requestId), typeof summary === 'string', say);
	}

	take(event: ChatEvent): void {
		if ((event.choice ?? 0) !== 0) return; // a response is one answer
		switch (event.type) {
			case 'text':
				return this.items.text(event.text, event.logprobs);
			case 'refusal':
				return this.items.refusal(event.text);
			case 'reasoning':
				return this.items.reasoning(event.text);
			case 'reasoning_end':
				return this.items.reasoningEnd(event);
			case 'tool_start':
				return this.items.call(event.index, event.id, event.name);
			case 'tool_arguments':
				return this.items.callArguments(event.index, event.json);
			case 'finish':
				this.finish = event.reason;
				return;
			case 'usage':
				this.usage = event.usage;
				return;
			case 'error':
				return;
		}
	}

	begun(model: string | undefined): object {
		return this.object.at({ status: 'in_progress', output: [], usage: undefined }, model);
	}

	ended(model: string | undefined): { readonly status: 'completed' | 'incomplete'; readonly response: object } {
		const { finish, usage } = this;
		const incomplete = finish === 'length' || finish === 'content_filter' ? incompleteBy[finish] : undefined;
		const status = incomplete === undefined ? 'completed' : 'incomplete';
		this.items.close(status);
		const state = { status, output: this.items.items, usage } as const;
		return { status, response: this.object.at(incomplete === undefined ? state : { ...state, incomplete }, model) };
	}

	failed(error: { code: string; message: string }, model: string | undefined): object {
		return this.object.at({ status: 'failed', output: this.items.items, usage: this.usage, error }, model);
	}
}

/** The events of a streamed response, each with its type and number. */
export class ResponseStreamRenderer implements ChatRenderer, ResponseProgress {
	private readonly writer: ResponseWriter;
	private number = 0;
	private pending = '';
	private model: string | undefined;

	constructor(context: AnswerContext) {
		this.writer = new ResponseWriter(context, (type, fields) => this.say(type, fields));
		follow(context, this);
	}

	event(event: ChatEvent, model: string | undefined): string {
		this.begin(model);
		this.writer.take(event);
		return this.taken();
	}

	end(model: string | undefined): string {
		this.begin(model);
		const { status, response } = this.writer.ended(model);
		this.say(`response.${status}`, { response });
		return this.taken();
	}

	failed(error: AppError): string {
		this.begin(this.model);
		const { code, message, param } = openAiError(error);
		this.say('error', { code, message, param });
		this.say('response.failed', { response: this.writer.failed(failureOf(error), this.model) });
		return this.taken();
	}

	private begin(model: string | undefined): void {
		this.model ??= model;
		if (this.number > 0) return;
		const response = this.writer.begun(this.model);
		this.say('response.created', { response });
		this.say('response.in_progress', { response });
	}

	private say(type: string, fields: Readonly<Record<string, unknown>>): void {
		this.pending += eventFrame(type, this.number++, fields);
	}

	private taken(): string {
		const { pending } = this;
		this.pending = '';
		return pending;
	}
}

/** One `response`. */
export class ResponseAnswerRenderer implements ChatRenderer {
	private readonly writer: ResponseWriter;

	constructor(context: AnswerContext) {
		this.writer = new ResponseWriter(context, () => undefined);
	}

	event(event: ChatEvent): string {
		this.writer.take(event);
		return '';
	}

	end(model: string | undefined): string {
		return JSON.stringify(this.writer.ended(model).response);
	}
}

/** The error inside a response knows a few codes only. */
export function failureOf(error: AppError): { code: string; message: string } {
	const { code, message } = openAiError(error);
	return { code: code === 'rate_limit_exceeded' ? code : 'server_error', message };
}
