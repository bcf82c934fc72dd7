import type { ChatEvent } from '#libs/providers';
import type { AnswerEvent } from './run-event.js';
import { TextCleaner } from './text-cleaner.js';

type Texts = 'text' | 'reasoning' | 'refusal';

/** What comes of an upstream as events of a run: cleaned, pieces that came together joined, numbers of choices gone. */
export class AnswerReader {
	private readonly cleaners = new Map<string, TextCleaner>();
	/** Whose other half may still come. */
	private open: { readonly key: string; readonly event: (text: string) => AnswerEvent } | undefined;

	/** The events of what came together. */
	read(batch: readonly ChatEvent[]): AnswerEvent[] {
		const events: AnswerEvent[] = [];
		for (const event of batch) for (const next of this.one(event)) join(events, next);
		return events;
	}

	/** The answer is over: what was held back. */
	end(): AnswerEvent[] {
		const { open } = this;
		this.open = undefined;
		const rest = open === undefined ? '' : this.cleaner(open.key).end();
		return open === undefined || rest === '' ? [] : [open.event(rest)];
	}

	private one(event: ChatEvent): AnswerEvent[] {
		switch (event.type) {
			case 'text':
			case 'reasoning':
			case 'refusal':
				return this.piece(event.type, event.text, textOf(event.type));
			case 'tool_arguments':
				return this.piece(`tool ${event.index}`, event.json, argumentsOf(event.index));
			case 'tool_start':
				return [...this.end(), { type: 'tool_call', index: event.index, ...cleaned(event) }];
			case 'reasoning_end':
				return [...this.end(), { type: 'reasoning_end', ...signatureOf(event.signature) }];
			case 'finish':
				return [...this.end(), { type: 'finish', reason: event.reason }];
			default:
				return []; // usage is the ledger's, errors end the call
		}
	}

	private piece(key: string, text: string, event: (text: string) => AnswerEvent): AnswerEvent[] {
		const before = this.open !== undefined && this.open.key !== key ? this.end() : [];
		this.open = { key, event };
		const certain = this.cleaner(key).push(text);
		return certain === '' ? before : [...before, event(certain)];
	}

	private cleaner(key: string): TextCleaner {
		const cleaner = this.cleaners.get(key) ?? new TextCleaner();
		this.cleaners.set(key, cleaner);
		return cleaner;
	}
}

const textOf =
	(type: Texts) =>
	(text: string): AnswerEvent => ({ type, text });
const argumentsOf =
	(index: number) =>
	(json: string): AnswerEvent => ({ type: 'tool_arguments', index, json });
const whole = (text: string): string => new TextCleaner().push(`${text}\n`).slice(0, -1);
const cleaned = ({ id, name }: { id: string; name: string }) => ({ id: whole(id), name: whole(name) });
const signatureOf = (signature: string | undefined) => (signature === undefined ? {} : { signature: whole(signature) });

/** Appends, or makes the last event longer where both are pieces of one text. */
function join(events: AnswerEvent[], next: AnswerEvent): void {
	const last = events.at(-1);
	if (last?.type === 'tool_arguments' && next.type === 'tool_arguments' && last.index === next.index)
		events[events.length - 1] = { ...last, json: last.json + next.json };
	else if (isText(last) && isText(next) && last.type === next.type)
		events[events.length - 1] = { ...last, text: last.text + next.text };
	else events.push(next);
}

const isText = (
	event: AnswerEvent | undefined,
): event is AnswerEvent & { readonly type: Texts; readonly text: string } =>
	event?.type === 'text' || event?.type === 'reasoning' || event?.type === 'refusal';
