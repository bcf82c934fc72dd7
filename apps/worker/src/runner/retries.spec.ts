import { expect, it } from '@jest/globals';
import { z } from 'zod';
import { AppError } from '#libs/kernel';
import { isWorthRetrying } from './retries.js';

it.each([
	[new Error('lost connection'), true],
	[new AppError('unavailable', 'x', 'x'), true],
	[new AppError('upstream', 'x', 'x'), true],
	[new AppError('invalid', 'x', 'x'), false],
	[new AppError('missing', 'x', 'x'), false],
	[z.int().safeParse('x').error, false],
])('%s: another attempt %s', (error, expected) => {
	expect(isWorthRetrying(error)).toBe(expected);
});
