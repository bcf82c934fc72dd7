import { createHash, randomBytes } from 'node:crypto';
import { AppError } from '#libs/kernel';

const PREFIX = 'plc_';
const shape = /^plc_[\w-]{43}$/;

/** 256 random bits for a mail; says nothing about anybody. */
export const newCode = (): string => PREFIX + randomBytes(32).toString('base64url');

export const isCode = (value: unknown): value is string => typeof value === 'string' && shape.test(value);

/** What is stored: a random code needs no salt. */
export const codeHash = (code: string): Buffer => createHash('sha256').update(code).digest();

/** One answer for every code that does not work. */
export const invalidCode = (): AppError =>
	new AppError('invalid', 'invalid_code', 'This code is not valid (any longer): ask for a new one', {
		details: [{ field: 'code', code: 'invalid_code', message: 'Not a code of ours, used before, or too old' }],
	});
