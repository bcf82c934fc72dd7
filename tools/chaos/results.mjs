// Results are lines of JSON: an interrupted run goes on where it was.
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';

export class Results {
	#file;

	constructor(file) {
		this.#file = file;
		mkdirSync(dirname(file), { recursive: true });
	}

	/** Those of this commit and number of calls. */
	of({ commit, calls }) {
		if (!existsSync(this.#file)) return [];
		return readFileSync(this.#file, 'utf8')
			.split('\n')
			.filter((line) => line !== '')
			.map((line) => JSON.parse(line))
			.filter((result) => result.commit === commit && result.calls === calls);
	}

	add(result) {
		appendFileSync(this.#file, `${JSON.stringify(result)}\n`);
	}
}

const total = (results, name) => results.reduce((sum, result) => sum + result[name], 0);

/** The line that matters. */
export const summary = (results) =>
	`lost ${total(results, 'lost')} · duplicated ${total(results, 'duplicated')} · ` +
	`unconfirmed ${total(results, 'unconfirmed')} (≤ in flight ${total(results, 'inFlight')}, cost ${total(results, 'cost')})`;

/** A markdown table, one line per fault, with what is needed to repeat it. */
export function table(results) {
	const lines = [...Map.groupBy(results, ({ fault }) => fault)].map(([fault, mine]) => {
		const seeds = mine.map(({ seed }) => seed).toSorted((a, b) => a - b);
		const cells = [
			`\`kill -9\` ${fault}`,
			`${seeds.length} (${seeds[0]} … ${seeds.at(-1)})`,
			mine[0].calls,
			...['answered', 'lost', 'duplicated', 'wrong', 'unconfirmed', 'inFlight', 'cost', 'corrected'].map((name) =>
				total(mine, name),
			),
			mine.every(({ sumsAgree }) => sumsAgree) ? 'yes' : 'no',
			[...new Set(mine.map(({ date }) => date.slice(0, 10)))].join(', '),
			`\`${mine[0].commit}\``,
		];
		return `| ${cells.join(' | ')} |`;
	});
	return [
		'| fault | seeds | calls per seed | answered | lost | duplicated | wrong | unconfirmed | in flight | costly | corrected | report = ledger | date | commit |',
		'|---|---|---|---|---|---|---|---|---|---|---|---|---|---|',
		...lines,
	].join('\n');
}
