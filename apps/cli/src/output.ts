import type { Invocation } from './command.js';

type Cell = string | number | boolean | null | undefined;

/** One JSON line with `--json`, else what `text` makes. */
export function printResult(invocation: Invocation, value: unknown, text: () => string): void {
	const { out } = invocation.terminal;
	out(invocation.options.json === true ? `${JSON.stringify(value)}\n` : text());
}

/** Columns as wide as their widest cell; no rows: a word instead of an empty table. */
export function table(columns: readonly string[], rows: readonly (readonly Cell[])[]): string {
	if (rows.length === 0) return 'none\n';
	const lines = [columns.map((column) => column.toUpperCase()), ...rows.map((row) => row.map(cellText))];
	const widths = columns.map((_, at) => Math.max(...lines.map((line) => (line[at] ?? '').length)));
	return lines
		.map((line) => line.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  '))
		.map((line) => `${line.trimEnd()}\n`)
		.join('');
}

/** Names beside their values. */
export function list(entries: Readonly<Record<string, Cell>>): string {
	const width = Math.max(...Object.keys(entries).map((name) => name.length));
	return Object.entries(entries)
		.map(([name, value]) => `${name.padEnd(width)}  ${cellText(value)}\n`)
		.join('');
}

/** Control characters of names that others chose must not reach the terminal. */
const cellText = (cell: Cell): string => String(cell ?? '-').replace(/[\p{Cc}\p{Bidi_Control}]/gu, '\uFFFD');
