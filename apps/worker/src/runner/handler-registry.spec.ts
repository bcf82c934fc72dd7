import { describe, expect, it } from '@jest/globals';
import { problemsOf } from './handler-registry.js';

const contracts = [{ name: 'a' }, { name: 'b' }];

describe('jobs and their handlers', () => {
	it('match when each job has one', () => {
		const handlers = [
			{ job: 'a', handler: 'A' },
			{ job: 'b', handler: 'B' },
		];
		expect(problemsOf(contracts, handlers)).toEqual([]);
	});

	it('do not when a job has none, several, or is not listed or listed twice', () => {
		const handlers = [
			{ job: 'a', handler: 'A' },
			{ job: 'a', handler: 'Again' },
			{ job: 'c', handler: 'C' },
		];
		expect(problemsOf([...contracts, { name: 'a' }], handlers)).toEqual([
			'a is listed twice',
			'b has no handler',
			'C handles c, which is not listed',
			'a has several handlers: A, Again',
		]);
	});
});
