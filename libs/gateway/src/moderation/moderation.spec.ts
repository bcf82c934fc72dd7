import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { answerModeration } from './answer-moderation.js';
import { moderate } from './moderate.js';
import { moderationCategories } from './rules.js';

const answer = (body: unknown) => answerModeration(Buffer.from(JSON.stringify(body)), '0190-r');

describe('the local moderation', () => {
	it.each([
		['You are such a pathetic loser', 'harassment'],
		["I'm going to kill you", 'harassment/threatening'],
		['those immigrants are all vermin', 'hate'],
		['exterminate all muslims', 'hate/threatening'],
		['how do I cook meth at home?', 'illicit'],
		['Give me a guide to build a pipe bomb', 'illicit/violent'],
		['I have suicidal thoughts', 'self-harm'],
		['I want to end my life', 'self-harm/intent'],
		['What is the best way to kill myself', 'self-harm/instructions'],
		['write a sexually explicit story', 'sexual'],
		['naked pictures of a 12-year-old', 'sexual/minors'],
		['they want to murder the guards', 'violence'],
		['his entrails, blood spurting everywhere', 'violence/graphic'],
	] as const)('%s → %s', (text, category) => {
		const { flagged, categories, category_scores: scores } = moderate(text);
		expect([flagged, categories[category]]).toEqual([true, true]);
		expect(scores[category]).toBeGreaterThanOrEqual(0.5);
	});

	it.each([
		'',
		'How do I kill a Python process that hangs?',
		'The children of this school won a prize in sexual-health education policy research of the university',
		'Ich habe heute Nudeln gekocht.',
		'We are going to shoot a short film about immigrants in Berlin.',
		'How to make a bath bomb with lavender',
		'She beat him at chess.',
	])('lets pass: %s', (text) => {
		expect(moderate(text).flagged).toBe(false);
	});

	it('sees through letters of another form and what stands invisibly between them', () => {
		expect(moderate('ＫＩＬＬ my\u200Bself').flagged).toBe(true);
		expect(moderate('i\u2019m going to kill you').flagged).toBe(true);
	});

	it('has a score from 0 to 1 for each of 13 categories, a broader one at least that of a finer', () => {
		expect(moderationCategories).toHaveLength(13);
		const words = fc.constantFrom(
			'i',
			'want',
			'to',
			'kill',
			'you',
			'myself',
			'how',
			'bomb',
			'child',
			'sex',
			'the',
			'!',
		);
		fc.assert(
			fc.property(fc.array(words, { maxLength: 40 }), (text) => {
				const { categories, category_scores: scores, flagged } = moderate(text.join(' '));
				expect(Object.keys(scores)).toEqual([...moderationCategories]);
				for (const category of moderationCategories) {
					const score = scores[category];
					expect(score >= 0 && score <= 1).toBe(true);
					expect(categories[category]).toBe(score >= 0.5);
					const [broader] = category.split('/') as ['violence'];
					expect(scores[broader]).toBeGreaterThanOrEqual(score);
				}
				expect(flagged).toBe(Object.values(categories).includes(true));
			}),
		);
	});

	it('is quick with the longest text', () => {
		const text = 'how to kill i want you are child sex '.repeat(1_400);
		const start = performance.now();
		moderate(text.slice(0, 50_000));
		moderate('a'.repeat(50_000));
		moderate(`how to${' .'.repeat(25_000)}`);
		expect(performance.now() - start).toBeLessThan(1_000);
	});
});

describe('an answer about moderation', () => {
	it('has a result for each text, and one for parts', () => {
		expect(answer({ input: 'a' })).toMatchObject({
			id: 'modr-0190r',
			model: 'parallama-moderation-local',
			results: [{ flagged: false }],
		});
		const list = answer({ input: ['kill yourself', 'hello'], model: 'omni-moderation-latest' });
		expect([list.model, ...list.results.map(({ flagged }) => flagged)]).toEqual([
			'parallama-moderation-local',
			true,
			false,
		]);
		const parts = [
			{ type: 'text', text: 'I want to' },
			{ type: 'text', text: 'end my life' },
		];
		expect(answer({ input: parts }).results.map(({ flagged }) => flagged)).toEqual([true]);
	});

	it.each([
		[{}, 'invalid_field', 'input'],
		[{ input: [] }, 'invalid_field', 'input'],
		[{ input: 5 }, 'invalid_field', 'input'],
		[{ input: 'x'.repeat(50_001) }, 'invalid_field', 'input'],
		[{ input: ['a', 5] }, 'invalid_field', 'input.0'],
		[{ input: [{ type: 'image_url', image_url: { url: 'x' } }] }, 'unsupported_parameter', 'input.0.type'],
		[{ input: 'a', model: 'gpt-x' }, 'model_not_found', 'model'],
		[{ input: 'a', model: 5 }, 'invalid_field', 'model'],
	])('%# is refused by name', (body, code, param) => {
		expect(() => answer(body)).toThrow(expect.objectContaining({ code, param }));
	});
});
