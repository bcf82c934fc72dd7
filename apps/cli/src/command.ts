import type { ParseArgsOptionsConfig } from 'node:util';

/** Where a command reads from and writes to. */
export interface Terminal {
	readonly environment: Readonly<Record<string, string | undefined>>;
	/** Results, and nothing else. */
	readonly out: (text: string) => void;
	/** Remarks and errors. */
	readonly err: (text: string) => void;
}

/** The parsed line. Options were checked against the command's own list. */
export interface Invocation {
	readonly options: Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;
	readonly positionals: readonly string[];
	readonly terminal: Terminal;
}

export interface Command {
	/** The line after `parallama`, for the help. */
	readonly usage: string;
	readonly options: ParseArgsOptionsConfig;
	/** What each option means, in the order of the help. */
	readonly explanations: Readonly<Record<string, string>>;
	/** How many words may follow. */
	readonly positionals?: { readonly min: number; readonly max: number };
	run(invocation: Invocation): Promise<void>;
}

/** The line makes no sense: usage to stderr, exit 2. */
export class UsageError extends Error {
	override readonly name = 'UsageError';
}

/** A text option, or undefined. */
export function textOption({ options }: Invocation, name: string): string | undefined {
	const value = options[name];
	return typeof value === 'string' ? value : undefined;
}

/** Every value of a text option that may be repeated; `null` when there is none. */
export function listOption({ options }: Invocation, name: string): string[] | null {
	const value = options[name];
	return Array.isArray(value) ? value.map(String) : null;
}

/** @throws UsageError when it is missing. */
export function requiredOption(invocation: Invocation, name: string): string {
	const value = textOption(invocation, name);
	if (value === undefined || value === '') throw new UsageError(`--${name} is needed`);
	return value;
}
