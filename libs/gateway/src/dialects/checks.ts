import { AppError } from '#libs/kernel';
import type { ScannedJson } from '../json/scan-json.js';

const invalid = (field: string, expected: string): AppError =>
	new AppError('invalid', 'invalid_field', `${field} must be ${expected}`, { param: field });

/** @throws AppError invalid when the field is no list */
export function checkList({ value }: ScannedJson, field: string): void {
	if (!Array.isArray(value[field])) throw invalid(field, 'a list');
}

/** @throws AppError invalid when the field is absent or null */
export function checkPresent({ value }: ScannedJson, field: string, expected: string): void {
	if (value[field] === undefined || value[field] === null) throw invalid(field, expected);
}

/** A whole number above zero; anything else is none. */
export const wholeNumber = (value: unknown): number | undefined =>
	typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : undefined;
