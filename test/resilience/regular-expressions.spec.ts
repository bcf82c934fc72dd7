import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

/** Every regular expression of the product, on 50 kB that are meant to take it long. */
const ROOT = join(import.meta.dirname, '../..');
const SIZE = 50_000;
const LIMIT_MS = 50;

const sources = ['apps', 'libs']
	.flatMap((folder) =>
		readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)),
	)
	.filter((file) => /^(apps|libs)\/[^/]+\/src\/.*\.ts$/.test(file) && !/\.spec\.ts$|^libs\/testing\//.test(file));

interface Found {
	readonly file: string;
	readonly source: string;
	readonly flags: string;
}

/** Literals, by the characters that may stand before one; what does not compile was none. */
function expressionsIn(file: string): Found[] {
	const text = readFileSync(join(ROOT, file), 'utf8').replaceAll(/^\s*(\/\/|\*|\/\*).*$/gm, '');
	const literal = /(?<=[=(,:;!&|?{}[\s]|return )\/((?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+)\/([dgimsuvy]*)/g;
	return [...text.matchAll(literal)].flatMap(([, source = '', flags = '']) => {
		try {
			return [{ file, source: new RegExp(source, flags).source, flags }];
		} catch {
			return [];
		}
	});
}

/** Runs of what the expression itself names, ended by what it cannot match. */
function attacks({ source }: Found): string[] {
	const literals = source
		.replaceAll(/\\[dwsSWDbBnrtu]|[\\^$.*+?()[\]{}|]/g, ' ')
		.split(/\s+/)
		.filter((part) => part !== '');
	const units = [
		'a',
		'0',
		' ',
		'\t',
		'\n',
		'-',
		'.',
		'/',
		'"',
		'\\',
		'aA0',
		'a.',
		'a@',
		':',
		',',
		'{"',
		'==',
		'%41',
		...literals.slice(0, 6),
	];
	return units.flatMap((unit) => {
		const run = unit.repeat(Math.ceil(SIZE / unit.length)).slice(0, SIZE);
		return [run, `${run}\u0000`, `x${run}!`, `${literals[0] ?? ''}${run}`];
	});
}

const found = sources.flatMap(expressionsIn);

function slowest(expression: Found): number {
	let worst = 0;
	for (const text of attacks(expression)) {
		const pattern = new RegExp(expression.source, expression.flags);
		const began = performance.now();
		if (expression.flags.includes('g')) text.replaceAll(pattern, '');
		else pattern.test(text);
		worst = Math.max(worst, performance.now() - began);
	}
	return worst;
}

describe('regular expressions', () => {
	it(`none takes ${LIMIT_MS} ms`, () => {
		const timed = found.map((expression) => {
			const first = slowest(expression);
			// a pause of the machine is not the expression's
			return {
				...expression,
				ms: first < LIMIT_MS ? first : Math.min(first, slowest(expression), slowest(expression)),
			};
		});
		const worst = timed.toSorted((a, b) => b.ms - a.ms)[0];
		console.info(
			`regular expressions: ${found.length} in ${sources.length} files, on ${SIZE} bytes; the slowest takes ${worst?.ms.toFixed(1)} ms: /${worst?.source}/ in ${worst?.file}`,
		);
		expect(found.length).toBeGreaterThan(40);
		expect(
			timed
				.filter(({ ms }) => ms >= LIMIT_MS)
				.map(({ file, source, ms }) => `${file}: /${source}/ ${ms.toFixed(0)} ms`),
		).toEqual([]);
	}, 120_000);
});
