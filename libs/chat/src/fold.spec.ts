import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ChatEvent } from '#libs/providers';
import { AnswerReader } from './answer-reader.js';
import { EventLog } from './event-log.js';
import { Fold, folded } from './fold.js';
import type { AnswerEvent } from './run-event.js';

const text = fc.string({ unit: 'binary', maxLength: 12 });
const event: fc.Arbitrary<ChatEvent> = fc.oneof(
	text.map((piece): ChatEvent => ({ type: 'text', text: piece })),
	text.map((piece): ChatEvent => ({ type: 'reasoning', text: piece })),
	text.map((piece): ChatEvent => ({ type: 'tool_arguments', index: 0, json: piece })),
	fc.constant<ChatEvent>({ type: 'tool_start', index: 0, id: 'call_1', name: 'look' }),
	fc.constant<ChatEvent>({ type: 'reasoning_end', vendor: 'anthropic', signature: 'sig', redacted: undefined }),
);

/** What a reader makes of events that come in batches of these sizes. */
function read(events: readonly ChatEvent[], sizes: readonly number[]): AnswerEvent[] {
	const reader = new AnswerReader();
	const out: AnswerEvent[] = [];
	let at = 0;
	for (const size of [...sizes, events.length]) {
		out.push(...reader.read(events.slice(at, at + size)));
		at += size;
	}
	return [...out, ...reader.end()];
}

describe('A folded answer', () => {
	it('does not depend on how its pieces came together', () => {
		fc.assert(
			fc.property(fc.array(event, { maxLength: 30 }), fc.array(fc.integer({ min: 0, max: 5 })), (events, sizes) => {
				expect(folded(read(events, sizes))).toEqual(folded(read(events, [])));
			}),
			{ numRuns: 500 },
		);
	});

	it('is the same for who reads the log in two parts, cut anywhere', () => {
		fc.assert(
			fc.property(fc.array(event, { minLength: 1, maxLength: 30 }), fc.nat(), fc.nat(), (events, first, second) => {
				const log = new EventLog();
				log.append(...read(events, [1, 1, 1]));
				const cut = log.last === 0 ? 0 : first % (log.last + 1);
				const fold = new Fold();
				for (const logged of log.after(0, cut)) fold.add(logged.event);
				const step = 1 + (second % 3);
				for (let at = cut; at < log.last; at += step) for (const logged of log.after(at, step)) fold.add(logged.event);
				expect(fold.answer).toEqual(folded(log.all));
			}),
			{ numRuns: 500 },
		);
	});

	it('holds texts as they were written, whole characters where they were cut in two', () => {
		fc.assert(
			fc.property(fc.string({ unit: 'binary' }), fc.array(fc.nat({ max: 4 })), (whole, sizes) => {
				const pieces: ChatEvent[] = [];
				let at = 0;
				for (const size of sizes) {
					pieces.push({ type: 'text', text: whole.slice(at, at + size) });
					at += size;
				}
				pieces.push({ type: 'text', text: whole.slice(at) });
				const { content } = folded(
					pieces.flatMap((piece) => read([piece], [])).length === 0 ? [] : read(pieces, [1, 1, 1, 1]),
				);
				const stored = whole.toWellFormed().replaceAll('\u0000', '\uFFFD');
				expect(content).toEqual(stored === '' ? [] : [{ type: 'text', text: stored }]);
			}),
			{ numRuns: 500 },
		);
	});

	it('keeps thinking, refusals, calls of tools and the reason of its end, in order', () => {
		const answer = folded([
			{ type: 'reasoning', text: 'so' },
			{ type: 'reasoning', text: '…' },
			{ type: 'reasoning_end', signature: 's1' },
			{ type: 'reasoning', text: 'again' },
			{ type: 'text', text: 'It is ' },
			{ type: 'text', text: '4.' },
			{ type: 'tool_call', index: 0, id: 'a', name: 'f' },
			{ type: 'tool_call', index: 1, id: 'b', name: 'g' },
			{ type: 'tool_arguments', index: 1, json: '{}' },
			{ type: 'tool_arguments', index: 0, json: '{"x":' },
			{ type: 'tool_arguments', index: 0, json: '1}' },
			{ type: 'refusal', text: 'no' },
			{ type: 'finish', reason: 'tool_calls' },
		]);
		expect(answer).toEqual({
			content: [
				{ type: 'reasoning', text: 'so…', signature: 's1' },
				{ type: 'reasoning', text: 'again' },
				{ type: 'text', text: 'It is 4.' },
				{ type: 'tool_call', id: 'a', name: 'f', arguments: '{"x":1}' },
				{ type: 'tool_call', id: 'b', name: 'g', arguments: '{}' },
				{ type: 'refusal', text: 'no' },
			],
			finishReason: 'tool_calls',
		});
	});
});
