import type { ContentPart } from '#libs/conversations';
import type { FoldedAnswer, RunEvent } from './run-event.js';

/** A part that still grows. */
interface Draft {
	readonly type: 'text' | 'refusal' | 'reasoning' | 'tool_call';
	readonly id?: string;
	readonly name?: string;
	text?: string;
	signature?: string | undefined;
	arguments?: string;
}

/** Puts a message together from the events of its run, one after the other; the same message however often it is asked for. */
export class Fold {
	private readonly parts: Draft[] = [];
	private readonly calls = new Map<number, Draft>();
	private finish: FoldedAnswer['finishReason'] = null;
	private hasClosedReasoning = false;

	add(event: RunEvent): this {
		switch (event.type) {
			case 'text':
			case 'refusal':
				this.addText(event.type, event.text);
				break;
			case 'reasoning':
				this.addReasoning(event.text);
				break;
			case 'reasoning_end':
				this.closeReasoning(event.signature);
				break;
			case 'tool_call': {
				const call: Draft = { type: 'tool_call', id: event.id, name: event.name, arguments: '' };
				this.calls.set(event.index, call);
				this.parts.push(call);
				break;
			}
			case 'tool_arguments': {
				const call = this.calls.get(event.index);
				if (call !== undefined) call.arguments = (call.arguments ?? '') + event.json;
				break;
			}
			case 'finish':
				this.finish = event.reason;
		}
		return this;
	}

	/** The answer so far. Parts without any text are none. */
	get answer(): FoldedAnswer {
		const content = this.parts.filter((part) => part.type === 'tool_call' || part.text !== '' || part.signature);
		return { content: content.map((part) => ({ ...part }) as ContentPart), finishReason: this.finish };
	}

	private addText(type: 'text' | 'refusal', text: string): void {
		const last = this.parts.at(-1);
		if (last?.type === type) last.text = (last.text ?? '') + text;
		else this.parts.push({ type, text });
	}

	private addReasoning(text: string): void {
		const last = this.parts.at(-1);
		if (last?.type === 'reasoning' && !this.hasClosedReasoning) last.text = (last.text ?? '') + text;
		else this.parts.push({ type: 'reasoning', text });
		this.hasClosedReasoning = false;
	}

	private closeReasoning(signature: string | undefined): void {
		const last = this.parts.findLast(({ type }) => type === 'reasoning');
		if (last !== undefined && signature !== undefined) last.signature = signature;
		this.hasClosedReasoning = true;
	}
}

/** The message that a whole log, or the beginning of one, amounts to. */
export const folded = (events: Iterable<RunEvent>): FoldedAnswer => {
	const fold = new Fold();
	for (const event of events) fold.add(event);
	return fold.answer;
};
