import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { type Page, pageOf, pages, proseOf, ROOT } from './pages.js';

interface Link {
	readonly target: string;
	readonly anchor: string | undefined;
}

/** Links to places in the repository; what stands in code is no link. */
function linksOf(page: Page): Link[] {
	const prose = proseOf(page).replaceAll(/`[^`\n]*`/g, '`');
	return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
		.map(([, target = '']) => target)
		.filter((target) => !/^[a-z]+:/i.test(target))
		.map((target) => ({ target: target.replace(/#.*$/, ''), anchor: target.split('#')[1] }));
}

/** As GitHub names headings. */
const anchorsOf = (page: Page): string[] =>
	[...proseOf(page).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
		heading
			.toLowerCase()
			.replaceAll(/[^\p{L}\p{N} _-]/gu, '')
			.trim()
			.replaceAll(' ', '-'),
	);

function problemOf(page: Page, { target, anchor }: Link): string | undefined {
	const path = target === '' ? page.path : normalize(join(dirname(page.path), target));
	if (!existsSync(join(ROOT, path))) return `${page.path} → ${target}: no such file`;
	if (anchor === undefined || anchorsOf(pageOf(path)).includes(anchor)) return undefined;
	return `${page.path} → ${target}#${anchor}: no such heading`;
}

describe('links between pages', () => {
	it('lead to files and headings that exist', () => {
		const all = pages().flatMap((page) => linksOf(page).map((link) => problemOf(page, link)));
		expect(all.length).toBeGreaterThan(20);
		expect(all.filter((problem) => problem !== undefined)).toEqual([]);
	});

	it('reach every page of docs from README.md', () => {
		const seen = new Set(['README.md']);
		for (const path of seen) {
			const inside = linksOf(pageOf(path)).map(({ target }) => normalize(join(dirname(path), target || '.')));
			for (const next of inside) if (next.endsWith('.md')) seen.add(next);
		}
		const unreached = pages().filter(({ path }) => path.startsWith('docs/') && !seen.has(path));
		expect(unreached.map(({ path }) => path)).toEqual([]);
	});
});
