const DAY_MS = 86_400_000;

let cachedNumber = Number.NaN;
let cachedText = '';

/** Days since 1970, UTC. */
export const dayNumber = (ms: number): number => Math.floor(ms / DAY_MS);

/** `YYYY-MM-DD` of a day number; the last answer is remembered, since it is the same all day. */
export function dayText(day: number): string {
	if (day !== cachedNumber) {
		cachedText = new Date(day * DAY_MS).toISOString().slice(0, 10);
		cachedNumber = day;
	}
	return cachedText;
}
