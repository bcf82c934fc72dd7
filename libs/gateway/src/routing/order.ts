import { createHash } from 'node:crypto';
import type { Candidate, RoutingPolicy } from '#libs/providers';

/** What the order of candidates goes by. */
export interface Standing {
	readonly candidate: Candidate;
	readonly inFlight: number;
	readonly latencyMs: number | undefined;
	/** Whether the node has the model in memory; `undefined`: not known, or without meaning. */
	readonly isLoaded: boolean | undefined;
}

/** How a call chooses. */
export interface Choice {
	readonly policy: RoutingPolicy;
	/** What keeps a caller at one candidate, under `sticky`. */
	readonly stickyKey: string | undefined;
	/** From 0 to below 1. */
	readonly random: () => number;
}

/**
 * The candidates in the order in which a call tries them. Nodes that have the model in memory come before those that
 * would have to load it, whatever the policy, except where the order was set by hand (`priority`).
 */
export function inOrder<S extends Standing>(standings: readonly S[], choice: Choice): S[] {
	switch (choice.policy) {
		case 'priority':
			return byPriority(standings, choice.random);
		case 'weighted':
			return loadedFirst(byWeight(standings, choice.random));
		case 'least_in_flight':
			return loadedFirst(shuffled(standings, choice.random).toSorted((a, b) => a.inFlight - b.inFlight));
		case 'lowest_latency':
			return loadedFirst(
				shuffled(standings, choice.random).toSorted((a, b) => (a.latencyMs ?? 0) - (b.latencyMs ?? 0)),
			);
		case 'sticky':
			return choice.stickyKey === undefined
				? byWeight(standings, choice.random)
				: byAffinity(standings, choice.stickyKey);
	}
}

/** Groups of equal priority, weighted inside. */
function byPriority<S extends Standing>(standings: readonly S[], random: () => number): S[] {
	const groups = Map.groupBy(standings, ({ candidate }) => candidate.priority);
	return [...groups].toSorted(([a], [b]) => a - b).flatMap(([, group]) => loadedFirst(byWeight(group, random)));
}

/** Draws without putting back; weight 0 comes last. */
function byWeight<S extends Standing>(standings: readonly S[], random: () => number): S[] {
	if (standings.length < 2) return [...standings];
	return standings
		.map((standing) => ({
			standing,
			draw: standing.candidate.weight > 0 ? random() ** (1 / standing.candidate.weight) : -1,
		}))
		.toSorted((a, b) => b.draw - a.draw)
		.map(({ standing }) => standing);
}

/** Rendezvous hashing: the same key goes to the same candidate, and only its keys move when one goes away. */
function byAffinity<S extends Standing>(standings: readonly S[], key: string): S[] {
	const score = ({ candidate }: S): number =>
		createHash('md5').update(`${candidate.provider.id}\n${candidate.model}\n${key}`).digest().readUInt32BE(0);
	return standings
		.map((standing) => ({ standing, score: score(standing) }))
		.toSorted((a, b) => b.score - a.score)
		.map(({ standing }) => standing);
}

const loadedFirst = <S extends Standing>(standings: S[]): S[] =>
	standings.some(({ isLoaded }) => isLoaded === true)
		? standings.toSorted((a, b) => Number(b.isLoaded === true) - Number(a.isLoaded === true))
		: standings;

function shuffled<S>(items: readonly S[], random: () => number): S[] {
	return items
		.map((item) => ({ item, at: random() }))
		.toSorted((a, b) => a.at - b.at)
		.map(({ item }) => item);
}
