import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { permissionsOf, type TableRoute } from '../../apps/api/src/edge/route-table.js';

const FILE = join(import.meta.dirname, 'routes.json');

export const builtInRoles = ['owner', 'admin', 'premium', 'basic', 'viewer'] as const;

/** What each kind of caller gets at a route. `pass`: past the access rule; what comes then is other tests' business. */
export interface Row {
	/** A permission, two that are both needed (`a+b`), `public`, or `optional`: anyone, but a credential that is sent must be good. */
	readonly access: string;
	readonly anonymous: '401' | 'public';
	/** A member whose membership is suspended, with a session from before. */
	readonly suspended: '401' | 'public';
	/**
	 * An admin of another organization, with ids of this one: `404` is the same answer as for ids that do not exist, `own`
	 * means that the route takes none and shows their own organization only.
	 */
	readonly foreign: '403' | '404' | 'own' | 'public';
	/** Members with a built-in role each, as people who have just signed in. */
	readonly owner: '403' | 'pass';
	readonly admin: '403' | 'pass';
	readonly premium: '403' | 'pass';
	readonly basic: '403' | 'pass';
	readonly viewer: '403' | 'pass';
}

export type Table = Readonly<Record<string, Row>>;

export const columns = ['access', 'anonymous', 'suspended', 'foreign', ...builtInRoles] as const;

export const nameOf = ({ method, url }: Pick<TableRoute, 'method' | 'url'>): string => `${method} ${url}`;

export const accessOf = ({ access }: Pick<TableRoute, 'access'>): string =>
	typeof access === 'object' ? permissionsOf(access) : String(access);

/** On disk a route is a line of its cells, in the order of `columns`: a diff shows which changed. */
export function readTable(): Table {
	const lines = JSON.parse(readFileSync(FILE, 'utf8')) as Record<string, string>;
	return Object.fromEntries(
		Object.entries(lines).map(([name, line]) => [
			name,
			Object.fromEntries(line.split(' ').map((cell, at) => [columns[at] ?? `column ${at}`, cell])) as unknown as Row,
		]),
	);
}

export function writeTable(table: Table): void {
	const lines = Object.entries(table)
		.toSorted(([a], [b]) => (a < b ? -1 : 1))
		.map(([name, row]) => `\t${JSON.stringify(name)}: ${JSON.stringify(columns.map((cell) => row[cell]).join(' '))}`);
	writeFileSync(FILE, `{\n${lines.join(',\n')}\n}\n`);
}
