import { expect, it } from '@jest/globals';
import { dayNumber, dayText } from './utc-day.js';
import { checkPeriod, exactNumber } from './usage-report.js';

const day = (text: string) => new Date(`${text}T00:00:00Z`);

it('a period is at most a year long and has something in it', () => {
	expect(() => checkPeriod(day('2026-01-01'), day('2027-01-01'))).not.toThrow();
	expect(() => checkPeriod(undefined, day('2027-01-01'))).not.toThrow();
	for (const [from, to] of [
		['2026-01-01', '2026-01-01'],
		['2026-01-02', '2026-01-01'],
		['2026-01-01', '2027-02-01'],
	] as const)
		expect(() => checkPeriod(day(from), day(to))).toThrow('The period makes no sense');
});

it('a sum that a JSON number cannot hold is an error, not another sum', () => {
	expect(exactNumber('9007199254740991')).toBe(9_007_199_254_740_991);
	expect(() => exactNumber('9007199254740993')).toThrow('does not fit');
});

it('days are UTC days', () => {
	expect(dayText(dayNumber(Date.UTC(2026, 1, 28, 23, 59, 59, 999)))).toBe('2026-02-28');
	expect(dayText(dayNumber(Date.UTC(2026, 2, 1)))).toBe('2026-03-01');
	expect(dayText(0)).toBe('1970-01-01');
});
