import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Dialect } from './clients/client.js';

const FILE = join(import.meta.dirname, '../../docs/compatibility.md');
const MARKS = { yes: '✓', 'no call': '–', refused: '400' } as const;
export type Result = keyof typeof MARKS;
const NAMES: Readonly<Record<Dialect, string>> = { openai: 'OpenAI', anthropic: 'Anthropic', ollama: 'Ollama' };

const HEAD = `# Compatibility

Unmodified clients hold one conversation with the real gateway, on real stores, in front of one upstream of each protocol. Each
answer is checked for its content, and the ledger for exactly one row with the usage that the upstream reported. This page is
written by that run (\`UPDATE_DOCS=1 npm test -- test/conformance/conversation.spec.ts\`), and \`npm test\` fails when the two differ.

- **chat**, **stream**: the text, and the usage as the client shows it, cached and reasoning tokens included
- **tools**: of two tools the demanded one is called, with arguments of its schema (Ollama's protocol has no demand: one is offered)
- **JSON schema**: the answer satisfies the schema that was sent
- **image**: the bytes arrive upstream unchanged
- **embeddings**: two vectors; **models**: the list has the model
- **errors**: 404 for an unknown model, 401 for a wrong key, 413 for a body that is too large, the upstream's 429 and 400
- **abort**: 20 streams cut at random moments; the upstream sees each within a second

✓ passes · – the client has no such call · 400 refused with an error that says why: Anthropic's protocol has no embeddings
`;

/** What a run found, and docs/compatibility.md, which must say the same. */
export class CompatibilityPage {
	private readonly results = new Map<string, Map<string, string>>();
	private readonly parts = new Set<string>();

	note(client: string, protocol: Dialect, part: string, result: Result): void {
		const row = `${client} | ${NAMES[protocol]}`;
		this.parts.add(part);
		if (!this.results.has(row)) this.results.set(row, new Map());
		this.results.get(row)?.set(part, MARKS[result]);
	}

	/** The page in docs; with UPDATE_DOCS=1 it is written first. */
	async kept(): Promise<string> {
		if (process.env['UPDATE_DOCS'] === '1') await writeFile(FILE, this.text());
		return readFile(FILE, 'utf8').catch(() => '');
	}

	/** The page that this run makes. */
	text(): string {
		const parts = [...this.parts];
		const rows = [...this.results].map(
			([row, results]) => `| ${row} | ${parts.map((part) => results.get(part) ?? '✗').join(' | ')} |`,
		);
		const header = `| client | upstream | ${parts.join(' | ')} |\n|---|---|${parts.map(() => '---|').join('')}`;
		return `${HEAD}\n${header}\n${rows.join('\n')}\n`;
	}
}
