/** What an examination found. */
export interface Finding {
	/** What was looked at. */
	readonly check: string;
	/** `warning`: it works, but not as it should. `skipped`: it could not be looked at. */
	readonly state: 'ok' | 'warning' | 'problem' | 'skipped';
	readonly found: string;
	/** What to do about it; nothing where nothing is wrong. */
	readonly remedy: string | undefined;
}

export const ok = (check: string, found: string): Finding => ({ check, state: 'ok', found, remedy: undefined });
export const skipped = (check: string, found: string): Finding => ({
	check,
	state: 'skipped',
	found,
	remedy: undefined,
});
export const warning = (check: string, found: string, remedy: string): Finding => ({
	check,
	state: 'warning',
	found,
	remedy,
});
export const problem = (check: string, found: string, remedy: string): Finding => ({
	check,
	state: 'problem',
	found,
	remedy,
});

/** What was thrown, in a line without credentials. */
export const reasonOf = (error: unknown): string => {
	const { message, code } = error as { message?: string; code?: string };
	const said = message || code || String(error);
	return (said.split('\n')[0] ?? '').replaceAll(/:\/\/[^@\s]*@/g, '://…@');
};
