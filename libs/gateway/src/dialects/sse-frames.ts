const CR = 0x0d;
const OPEN = 0x7b;
const CLOSE = 0x7d;

/** Position after the last blank line, 0 when there is none. */
export const endOfFrames = (data: Buffer): number => {
	const at = data.lastIndexOf('\n\n');
	return at === -1 ? 0 : at + 2;
};

/** JSON holds no raw carriage return, so all of them belong to line ends. */
export const withoutCarriageReturns = (data: Buffer): Buffer =>
	data.includes(CR) ? Buffer.from(data.toString('latin1').replaceAll('\r', ''), 'latin1') : data;

/** End of a usage object, -1 when there is none. It holds numbers and objects of numbers: braces can be counted. */
export function endOfObject(body: Buffer, start: number): number {
	if (body[start] !== OPEN) return -1;
	let depth = 0;
	for (let at = start; at < Math.min(body.length, start + 4_096); at++) {
		if (body[at] === OPEN) depth++;
		else if (body[at] === CLOSE && --depth === 0) return at + 1;
	}
	return -1;
}
