/** Stands for every label of the series that takes what is too much. */
export const OVERFLOW = 'other';

/** One level of the tree: by the next label's value. */
type Level<Series> = Map<string, Level<Series> | Series>;

/**
 * The series of one metric, found by the values of its labels, one map after the other: no text is put together, nothing is
 * made but a new series. There are never more than `most`: what would be one more is counted in a series whose labels are all
 * `other`, so that a metric stays affordable whatever people name their models.
 */
export class SeriesTable<Series extends object> {
	private readonly root: Level<Series> = new Map();
	private overflow: Series | undefined;
	private count = 0;

	constructor(
		readonly labelNames: readonly string[],
		private readonly make: () => Series,
		readonly most: number,
	) {}

	/** Including the one for what was too much. */
	get size(): number {
		return this.count + (this.overflow === undefined ? 0 : 1);
	}

	/** As many values as there are names, in their order. The same object each time. */
	of(...values: readonly string[]): Series {
		let level = this.root;
		const last = this.labelNames.length - 1;
		for (let at = 0; at < last; at++) {
			const value = values[at] as string;
			let next = level.get(value) as Level<Series> | undefined;
			if (next === undefined) {
				if (this.count >= this.most) return (this.overflow ??= this.make());
				level.set(value, (next = new Map()));
			}
			level = next;
		}
		const value = values[last] ?? '';
		const found = level.get(value) as Series | undefined;
		if (found !== undefined) return found;
		if (this.count >= this.most) return (this.overflow ??= this.make());
		this.count++;
		const series = this.make();
		level.set(value, series);
		return series;
	}

	/** Every series with its labels. */
	*entries(): Generator<readonly [Readonly<Record<string, string>>, Series]> {
		yield* this.below(this.root, {}, 0);
		if (this.overflow !== undefined)
			yield [Object.fromEntries(this.labelNames.map((name) => [name, OVERFLOW])), this.overflow];
	}

	private *below(
		level: Level<Series>,
		labels: Readonly<Record<string, string>>,
		at: number,
	): Generator<readonly [Readonly<Record<string, string>>, Series]> {
		const name = this.labelNames[at];
		for (const [value, next] of level) {
			const named = name === undefined ? labels : { ...labels, [name]: value };
			if (at >= this.labelNames.length - 1) yield [named, next as Series];
			else yield* this.below(next as Level<Series>, named, at + 1);
		}
	}
}
