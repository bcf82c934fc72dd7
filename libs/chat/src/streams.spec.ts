import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { EventLog } from './event-log.js';
import { resumePosition } from './resume-position.js';
import type { RunEvent } from './run-event.js';
import { sseFrame } from './sse-frames.js';
import { generatedTitle, heuristicTitle } from './title.js';
import { UiStream } from './ui-stream.js';

const nasty = fc.oneof(
	fc.string({ unit: 'grapheme' }),
	fc.constantFrom('\n\ndata: [DONE]\n\n', '\r', 'event: error\n', '\u2028', 'id: 9\n\n'),
);

describe('Frames', () => {
	it('are told apart whatever is written in them', () => {
		fc.assert(
			fc.property(fc.array(nasty, { minLength: 1 }), (texts) => {
				const log = new EventLog();
				log.append(...texts.map((text): RunEvent => ({ type: 'text', text })));
				const stream = log.after(0, 1_000).map(sseFrame).join('');
				const frames = stream
					.split('\n\n')
					.slice(0, -1)
					.map((frame) => frame.split(/\r\n|\r|\n/));
				expect(frames.map((lines) => [lines.length, lines[0], lines[1]])).toEqual(
					texts.map((_, at) => [3, `id: ${at + 1}`, 'event: text']),
				);
				const read = frames.map(
					([, , data]) => (JSON.parse(String(data).slice('data: '.length)) as { text: string }).text,
				);
				expect(read).toEqual(texts);
			}),
		);
	});

	it('are resumed behind the id that was seen last', () => {
		expect(resumePosition(undefined, undefined)).toBe(0);
		expect(resumePosition(undefined, '7')).toBe(7);
		expect(resumePosition('3', '7')).toBe(3);
		expect(['-1', '1.5', 'x', '1e3', '9999999999', ' 1'].map((bad) => resumePosition(bad, undefined))).toEqual(
			Array.from({ length: 6 }, () => undefined),
		);
	});
});

describe('A log', () => {
	it('wakes its readers once, and takes nothing behind its end', () => {
		const log = new EventLog();
		let woken = 0;
		log.onMore(() => woken++);
		log.onMore(() => woken++)();
		log.append({ type: 'text', text: 'a' });
		log.append({ type: 'end', state: 'complete', messageId: 'm', usage: null, error: null });
		log.append({ type: 'text', text: 'b' });
		expect([woken, log.last, log.end?.state]).toEqual([1, 2, 'complete']);
	});
});

describe('The stream of the Vercel AI SDK', () => {
	const chunksOf = (events: readonly RunEvent[]): { type: string }[] => {
		const stream = new UiStream();
		return events.flatMap((event) =>
			stream
				.event(event)
				.split('\n\n')
				.slice(0, -1)
				.map((frame) => JSON.parse(frame.slice('data: '.length)) as { type: string }),
		);
	};
	const start: RunEvent = {
		type: 'start',
		runId: 'r',
		conversationId: 'c',
		parentId: 'p',
		messageId: 'm',
		model: 'echo',
	};
	const end = (state: 'complete' | 'stopped' | 'failed'): RunEvent => ({
		type: 'end',
		state,
		messageId: 'm',
		usage: null,
		error: state === 'failed' ? { code: 'x', message: 'It broke' } : null,
	});

	it('begins and ends each part', () => {
		const chunks = chunksOf([
			start,
			{ type: 'reasoning', text: 'hm' },
			{ type: 'text', text: 'a' },
			{ type: 'text', text: 'b' },
			{ type: 'tool_call', index: 0, id: 't', name: 'f' },
			{ type: 'tool_arguments', index: 0, json: '{"a":1}' },
			{ type: 'finish', reason: 'tool_calls' },
			end('complete'),
		]);
		expect(chunks.map(({ type }) => type).join(' ')).toBe(
			'start start-step reasoning-start reasoning-delta reasoning-end text-start text-delta text-delta text-end ' +
				'tool-input-start tool-input-delta tool-input-available finish-step finish',
		);
		expect(chunks.slice(-3)).toMatchObject([{ input: { a: 1 } }, {}, { finishReason: 'tool-calls' }]);
	});

	it('says how a run ended that was not whole', () => {
		expect(chunksOf([start, end('stopped')]).at(-1)).toEqual({ type: 'abort' });
		expect(chunksOf([start, end('failed')]).at(-1)).toEqual({ type: 'error', errorText: 'It broke' });
	});
});

describe('Titles', () => {
	it.each([
		['Hello', 'Hello'],
		['\n\n## **Plan** a trip\nto Rome', 'Plan a trip'],
		['one two three four five six seven eight, nine ten', 'one two three four five six seven eight…'],
		['', ''],
		['東京への旅行を計画してください', '東京への旅行を計画してください'],
	])('of %j is %j', (text, title) => {
		expect(heuristicTitle(text)).toBe(title);
	});

	it.each([
		['"Trip to Rome."\n', 'Trip to Rome'],
		['Title: A walk', 'A walk'],
		['   ', undefined],
		['x'.repeat(200), undefined],
	])('that a model gave: %j is %j', (answer, title) => {
		expect(generatedTitle(answer)).toBe(title);
	});

	it('never grow long', () => {
		fc.assert(
			fc.property(fc.string({ unit: 'grapheme', maxLength: 400 }), (text) => {
				expect(heuristicTitle(text).length).toBeLessThanOrEqual(81);
			}),
		);
	});
});
