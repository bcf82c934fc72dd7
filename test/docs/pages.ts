import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const ROOT = resolve(import.meta.dirname, '../..');

export interface Page {
	/** Relative to the root of the repository. */
	readonly path: string;
	readonly text: string;
}

/** A fenced block: the words behind the fence, and what follows on the same page. */
export interface Block {
	readonly words: readonly string[];
	readonly text: string;
	readonly line: number;
	/** The next block, when nothing but blank lines stands between. */
	readonly next: Block | undefined;
}

const read = (path: string): Page => ({ path, text: readFileSync(join(ROOT, path), 'utf8') });

/** Every Markdown page that people read first, and the README of each lib. */
export function pages(): Page[] {
	const docs = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' }).map((file) => `docs/${file}`);
	const libs = readdirSync(join(ROOT, 'libs')).map((lib) => `libs/${lib}/README.md`);
	const others = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'docker/README.md', 'k8s/README.md'];
	return [...others, ...docs, ...libs].filter((path) => path.endsWith('.md') && existsSync(join(ROOT, path))).map(read);
}

export const pageOf = (path: string): Page => read(path);

/** The fenced blocks of a page, in order. */
export function blocksOf({ text }: Page): Block[] {
	const found = [...text.matchAll(/^```(\S[^\n]*)\n(.*?)^```[ \t]*$/gms)];
	const blocks: Block[] = [];
	for (const match of found.toReversed()) {
		const end = match.index + match[0].length;
		const after = found[found.indexOf(match) + 1];
		const isNext = after !== undefined && text.slice(end, after.index).trim() === '';
		blocks.unshift({
			words: (match[1] ?? '').trim().split(/\s+/),
			text: match[2] ?? '',
			line: text.slice(0, match.index).split('\n').length,
			next: isNext ? blocks[0] : undefined,
		});
	}
	return blocks;
}

/** The page without fenced blocks: prose, tables, headings. */
export const proseOf = ({ text }: Page): string => text.replaceAll(/^```.*?^```[ \t]*$/gms, '');
