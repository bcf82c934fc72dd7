import type { ChatEvent, TokenLogprob } from '#libs/providers';
import { logprobTokens } from '../logprobs.js';
import { wrappedReasoning } from './reasoning-wrap.js';

/** Takes one event of a stream; `fields` come after its type and number. */
export type ResponseEventSink = (type: string, fields: Readonly<Record<string, unknown>>) => void;

type Part =
	| { type: 'output_text'; annotations: never[]; logprobs: object[]; text: string }
	| { type: 'refusal'; refusal: string };

interface MessageItem {
	readonly id: string;
	readonly type: 'message';
	status: ItemStatus;
	readonly content: Part[];
	readonly role: 'assistant';
}
interface ReasoningItem {
	readonly id: string;
	readonly type: 'reasoning';
	status: ItemStatus;
	readonly summary: { type: 'summary_text'; text: string }[];
	content?: { type: 'reasoning_text'; text: string }[];
	encrypted_content?: string;
}
interface CallItem {
	readonly id: string;
	readonly type: 'function_call';
	status: ItemStatus;
	arguments: string;
	readonly call_id: string;
	readonly name: string;
}
type Item = MessageItem | ReasoningItem | CallItem;
type ItemStatus = 'in_progress' | 'completed' | 'incomplete';

/**
 * Puts the items of a response together from canonical events and says each step, in the order that clients demand: an item
 * is added before its parts, a part before its deltas, and each is done once. Calls stay open until the end, since their
 * arguments may come in turns; everything else is done before the next begins.
 */
export class OutputItems {
	private readonly list: Item[] = [];
	private readonly calls = new Map<number, CallItem>();

	/** `stem` makes the ids: unique to the call. */
	constructor(
		private readonly stem: string,
		private readonly wantsSummary: boolean,
		private readonly say: ResponseEventSink,
	) {}

	get items(): readonly object[] {
		return this.list;
	}

	text(delta: string, logprobs: readonly TokenLogprob[] | undefined): void {
		const item = this.message();
		const part = this.part(item, 'output_text');
		const tokens = logprobs === undefined ? [] : logprobTokens(logprobs);
		part.text += delta;
		part.logprobs.push(...tokens);
		this.say('response.output_text.delta', { ...this.partAt(item), delta, logprobs: tokens });
	}

	refusal(delta: string): void {
		const item = this.message();
		this.part(item, 'refusal').refusal += delta;
		this.say('response.refusal.delta', { ...this.partAt(item), delta });
	}

	/** Shown as a summary where the client asked for one, else as the thinking that it is. */
	reasoning(delta: string): void {
		const item = this.reasoningItem();
		if (this.wantsSummary) this.summaryPart(item).text += delta;
		else this.reasoningPart(item).text += delta;
		const type = this.wantsSummary ? 'response.reasoning_summary_text.delta' : 'response.reasoning_text.delta';
		this.say(type, { ...this.reasoningAt(item), delta });
	}

	reasoningEnd(event: Extract<ChatEvent, { type: 'reasoning_end' }>): void {
		const wrapped = wrappedReasoning(event);
		if (wrapped !== undefined) this.reasoningItem().encrypted_content = wrapped;
		if (this.list.at(-1)?.type === 'reasoning') this.closeLast('completed');
	}

	call(index: number, callId: string, name: string): void {
		this.closeLast('completed');
		const id = this.idOf('fc');
		const item: CallItem = { id, type: 'function_call', status: 'in_progress', arguments: '', call_id: callId, name };
		this.calls.set(index, item);
		this.add(item);
	}

	callArguments(index: number, delta: string): void {
		const item = this.calls.get(index);
		if (item === undefined) return;
		item.arguments += delta;
		this.say('response.function_call_arguments.delta', { ...this.at(item), delta });
	}

	/** What is still open ends as `status`. */
	close(status: 'completed' | 'incomplete'): void {
		this.closeLast(status);
		for (const item of this.calls.values()) this.done(item, status);
		this.calls.clear();
	}

	private idOf(prefix: string): string {
		return `${prefix}_${this.stem}${this.list.length}`;
	}

	private at(item: Item): { item_id: string; output_index: number } {
		return { item_id: item.id, output_index: this.list.indexOf(item) };
	}

	private partAt(item: MessageItem): object {
		return { ...this.at(item), content_index: item.content.length - 1 };
	}

	private reasoningAt(item: ReasoningItem): object {
		return { ...this.at(item), ...(this.wantsSummary ? { summary_index: 0 } : { content_index: 0 }) };
	}

	private add(item: Item): void {
		this.list.push(item);
		this.say('response.output_item.added', { output_index: this.list.length - 1, item });
	}

	private message(): MessageItem {
		const last = this.list.at(-1);
		if (last?.type === 'message' && last.status === 'in_progress') return last;
		this.closeLast('completed');
		const item: MessageItem = {
			id: this.idOf('msg'),
			type: 'message',
			status: 'in_progress',
			content: [],
			role: 'assistant',
		};
		this.add(item);
		return item;
	}

	private reasoningItem(): ReasoningItem {
		const last = this.list.at(-1);
		if (last?.type === 'reasoning' && last.status === 'in_progress') return last;
		this.closeLast('completed');
		const item: ReasoningItem = { id: this.idOf('rs'), type: 'reasoning', status: 'in_progress', summary: [] };
		this.add(item);
		return item;
	}

	private part<T extends Part['type']>(item: MessageItem, type: T): Extract<Part, { type: T }> {
		const last = item.content.at(-1);
		if (last?.type === type) return last as Extract<Part, { type: T }>;
		this.partDone(item);
		const part: Part =
			type === 'refusal'
				? { type: 'refusal', refusal: '' }
				: { type: 'output_text', annotations: [], logprobs: [], text: '' };
		item.content.push(part);
		this.say('response.content_part.added', { ...this.partAt(item), part });
		return part as Extract<Part, { type: T }>;
	}

	private summaryPart(item: ReasoningItem): { text: string } {
		if (item.summary[0] === undefined) {
			item.summary.push({ type: 'summary_text', text: '' });
			this.say('response.reasoning_summary_part.added', { ...this.reasoningAt(item), part: item.summary[0] });
		}
		return item.summary[0] as { text: string };
	}

	private reasoningPart(item: ReasoningItem): { text: string } {
		item.content ??= [];
		if (item.content[0] === undefined) {
			item.content.push({ type: 'reasoning_text', text: '' });
			this.say('response.content_part.added', { ...this.reasoningAt(item), part: item.content[0] });
		}
		return item.content[0] as { text: string };
	}

	/** Ends the last item, unless it is a call: those wait for the end. */
	private closeLast(status: 'completed' | 'incomplete'): void {
		const last = this.list.at(-1);
		if (last !== undefined && last.type !== 'function_call') this.done(last, status);
	}

	private done(item: Item, status: 'completed' | 'incomplete'): void {
		if (item.status !== 'in_progress') return;
		if (item.type === 'message') this.partDone(item);
		else if (item.type === 'reasoning') this.reasoningDone(item);
		else
			this.say('response.function_call_arguments.done', {
				...this.at(item),
				arguments: item.arguments,
				name: item.name,
			});
		item.status = status;
		this.say('response.output_item.done', { output_index: this.list.indexOf(item), item });
	}

	private partDone(item: MessageItem): void {
		const part = item.content.at(-1);
		if (part === undefined) return;
		const at = this.partAt(item);
		if (part.type === 'refusal') this.say('response.refusal.done', { ...at, refusal: part.refusal });
		else this.say('response.output_text.done', { ...at, text: part.text, logprobs: part.logprobs });
		this.say('response.content_part.done', { ...at, part });
	}

	private reasoningDone(item: ReasoningItem): void {
		const at = this.reasoningAt(item);
		const [summary] = item.summary;
		const [thinking] = item.content ?? [];
		if (summary !== undefined) {
			this.say('response.reasoning_summary_text.done', { ...at, text: summary.text });
			this.say('response.reasoning_summary_part.done', { ...at, part: summary });
		}
		if (thinking !== undefined) {
			this.say('response.reasoning_text.done', { ...at, text: thinking.text });
			this.say('response.content_part.done', { ...at, part: thinking });
		}
	}
}
