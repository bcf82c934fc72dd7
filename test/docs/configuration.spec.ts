import { describe, expect, it } from '@jest/globals';
import { Config, concerns } from '#libs/config';
import { configurationPage, neededSettings } from '../../tools/docs/configuration-page.mjs';
import { type Page, pageOf, pages } from './pages.js';

const settings = new Set(Object.values(concerns).flatMap((schema) => Object.keys(schema.shape)));

/** Names of upper case that are no settings: of the examples, the tests and the explanation itself. */
const others = new Set([
	'CONFIG_FILE',
	'GRAFANA_PORT',
	'KEEP_SERVICES',
	'KEY',
	'NAME_FILE',
	'NODE_IMAGE',
	'OLLAMA_KEEP_ALIVE',
	'PROMETHEUS_PORT',
	'RUNBOOK_BASE_URL',
	'UPDATE_DOCS',
	'URL',
]);

const isKnown = (name: string): boolean =>
	settings.has(name) || others.has(name) || (name.endsWith('_FILE') && settings.has(name.slice(0, -'_FILE'.length)));

/** Names with an underscore, and what is assigned in front of a command. */
const namesIn = ({ text }: Page): string[] => [
	...new Set([
		...[...text.matchAll(/\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b/g)].map(([name]) => name),
		...[...text.matchAll(/(?<=^|\s)([A-Z][A-Z0-9]{2,})=\S/gm)].map(([, name = '']) => name),
	]),
];

/** `NAME=` and `# NAME=` lines of .env.example; those below the line with `later` are not read yet. */
function exampleNames(): { current: string[]; later: string[] } {
	const [current = '', later = ''] = pageOf('.env.example').text.split(/^# --- later.*$/m);
	const names = (part: string) => [...part.matchAll(/^(?:# )?([A-Z][A-Z0-9_]*)=/gm)].map(([, name = '']) => name);
	return { current: names(current), later: names(later) };
}

describe('docs/configuration.md', () => {
	it('says what the schemas say; npm run docs:configuration writes it', () => {
		expect(pageOf('docs/configuration.md').text).toBe(configurationPage(concerns, neededSettings(Config)));
	});
});

describe('settings named anywhere in the documentation', () => {
	it('exist', () => {
		const unknown = pages().flatMap((page) =>
			namesIn(page)
				.filter((name) => !isKnown(name))
				.map((name) => `${page.path}: ${name}`),
		);
		expect(unknown).toEqual([]);
	});
});

describe('.env.example', () => {
	it('has every setting once, and nothing else above the line', () => {
		const { current } = exampleNames();
		expect(current.toSorted()).toEqual([...settings, 'CONFIG_FILE'].toSorted());
	});

	it('calls nothing "later" that is read already', () => {
		expect(exampleNames().later.filter((name) => settings.has(name))).toEqual([]);
	});

	it('holds no secret', () => {
		const { text } = pageOf('.env.example');
		const values = [
			...text.matchAll(/^(?:# )?(?:JWT_PRIVATE_KEY|KEY_PEPPER|ENCRYPTION_KEY|\w*_API_KEY|\w*PASSWORD)=(.*)$/gm),
		];
		expect(values.length).toBeGreaterThan(5);
		expect(values.map(([, value]) => value).filter((value) => value !== '')).toEqual([]);
	});
});
