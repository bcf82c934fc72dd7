/** What can stand on one `Roster` at a time. */
export interface Listed {
	/** Where it stands; below 0: nowhere. Belongs to the roster. */
	place: number;
}

/**
 * A set of things that come and go with every request. The tables that a `Set` outgrows keep pointing at what they held and
 * at each other: as soon as one of them is old, all that passes through stays in memory until the next full garbage
 * collection, and is copied twice on the way there. Here nothing points at what has left.
 */
export class Roster<Item extends Listed> {
	private readonly items: Item[] = [];

	get size(): number {
		return this.items.length;
	}

	add(item: Item): void {
		if (item.place >= 0) return;
		item.place = this.items.length;
		this.items.push(item);
	}

	/** The last one takes its place. Nothing happens when it is not there. */
	remove(item: Item): void {
		const { place } = item;
		if (this.items[place] !== item) return;
		const last = this.items.pop() as Item;
		if (last !== item) {
			this.items[place] = last;
			last.place = place;
		}
		item.place = -1;
	}

	/** Those that stand on it now, in any order; they may leave meanwhile. */
	[Symbol.iterator](): Iterator<Item> {
		return [...this.items].values();
	}
}
