const DIGITS = 9;
const MOST = 10n ** 18n;

/** Dollars as people write them, in billionths; `undefined`: not an amount that a budget can have. */
export function nanoUsdOf(text: string): string | undefined {
	const [, whole = '', part = ''] = /^(\d{1,10})(?:\.(\d{1,9}))?$/.exec(text) ?? [];
	if (whole === '') return undefined;
	const nano = BigInt(whole + part.padEnd(DIGITS, '0'));
	return nano > MOST ? undefined : String(nano);
}

/** Billionths of a dollar as dollars, exactly, with two digits at least after the point. */
export function usdOf(nanoUsd: string): string {
	const isNegative = nanoUsd.startsWith('-');
	const digits = nanoUsd.replace('-', '').padStart(DIGITS + 1, '0');
	return `${isNegative ? '-' : ''}${digits.slice(0, -DIGITS)}.${withoutZeros(digits.slice(-DIGITS))}`;
}

/** The digits after the point without zeros at the end, two at least. No expression: `/0+$/` takes quadratic time on zeros. */
function withoutZeros(part: string): string {
	let end = part.length;
	while (end > 2 && part[end - 1] === '0') end -= 1;
	return part.slice(0, end);
}
