/**
 * Behind which event a reader goes on: `?after=` (for who cannot set headers) before `Last-Event-ID` (what browsers send by
 * themselves). 0: from the beginning. `undefined`: what was said is no place in a log.
 */
export function resumePosition(after: string | undefined, lastEventId: string | undefined): number | undefined {
	const said = after ?? lastEventId ?? '';
	if (said === '') return 0;
	return /^\d{1,9}$/.test(said) ? Number(said) : undefined;
}
