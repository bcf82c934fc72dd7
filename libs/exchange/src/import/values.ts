/** Reading of values of which nothing is known. */
export type Json = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is Json =>
	typeof value === 'object' && value !== null && !Array.isArray(value);
export const objectOf = (value: unknown): Json => (isObject(value) ? value : {});
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
export const textOrNull = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

const YEAR_2200_S = 7_258_118_400;

/** A time as seconds, milliseconds (both since 1970) or ISO 8601; `null` for anything else. */
export function timeOf(value: unknown): Date | null {
	if (typeof value === 'string' && value !== '') return valid(new Date(value));
	if (typeof value !== 'number' || !(value > 0)) return null;
	return valid(new Date(value > YEAR_2200_S ? value : value * 1_000));
}

const valid = (date: Date): Date | null => (Number.isNaN(date.getTime()) || date.getTime() < 0 ? null : date);
