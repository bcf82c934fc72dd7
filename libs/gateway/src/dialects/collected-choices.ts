import type { TokenUsage } from '#libs/metering';
import type { ChatEvent, FinishReason, TokenLogprob } from '#libs/providers';

export interface CollectedCall {
	readonly index: number;
	readonly id: string;
	readonly name: string;
	/** Arguments, as the model wrote them. */
	json: string;
}

/** One whole answer, put together from its events. */
export interface CollectedChoice {
	text: string;
	refusal: string;
	reasoning: string;
	signature: string | undefined;
	readonly logprobs: TokenLogprob[];
	readonly calls: CollectedCall[];
	finish: FinishReason;
	stopSequence: string | undefined;
}

const emptyChoice = (): CollectedChoice => ({
	text: '',
	refusal: '',
	reasoning: '',
	signature: undefined,
	logprobs: [],
	calls: [],
	finish: 'stop',
	stopSequence: undefined,
});

/** Collects events, for answers that are sent in one piece. */
export class CollectedChoices {
	usage: TokenUsage | undefined;
	private readonly byIndex = new Map<number, CollectedChoice>();

	/** In order, at least one. */
	get choices(): readonly CollectedChoice[] {
		if (this.byIndex.size === 0) return [emptyChoice()];
		return [...this.byIndex].toSorted(([a], [b]) => a - b).map(([, choice]) => choice);
	}

	add(event: ChatEvent): void {
		if (event.type === 'usage') this.usage = event.usage;
		else if (event.type !== 'error') addTo(this.of(event.choice ?? 0), event);
	}

	private of(index: number): CollectedChoice {
		const choice = this.byIndex.get(index) ?? emptyChoice();
		this.byIndex.set(index, choice);
		return choice;
	}
}

function addTo(choice: CollectedChoice, event: Exclude<ChatEvent, { type: 'usage' | 'error' }>): void {
	switch (event.type) {
		case 'text':
			choice.text += event.text;
			choice.logprobs.push(...(event.logprobs ?? []));
			return;
		case 'refusal':
			choice.refusal += event.text;
			return;
		case 'reasoning':
			choice.reasoning += event.text;
			return;
		case 'reasoning_end':
			choice.signature = event.signature;
			return;
		case 'tool_start':
			choice.calls.push({ index: event.index, id: event.id, name: event.name, json: '' });
			return;
		case 'tool_arguments': {
			const call = choice.calls.find(({ index }) => index === event.index);
			if (call !== undefined) call.json += event.json;
			return;
		}
		case 'finish':
			choice.finish = event.reason;
			choice.stopSequence = event.stopSequence;
	}
}
