import { setTimeout as pause } from 'node:timers/promises';
import { Readable } from 'node:stream';
import { Injectable, StreamableFile } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { denialOf, unmarked } from './access.js';
import { Authenticator } from './authenticator.js';

const LOOK_EVERY_MS = 500;
const KEEP_ALIVE_LOOKS = 30;

/** Something that goes on in the background, as callers see it. */
export interface Followed<Shown> {
	readonly shown: Shown;
	/** Nothing more will happen. */
	readonly isOver: boolean;
}

/**
 * How something is, whenever that changes, as server-sent events: `progress`, at last `end`. A stream without `end` was cut:
 * whoever wants to know more asks again.
 */
@Injectable()
export class ProgressEvents {
	private readonly ending = new AbortController();

	constructor(private readonly authenticator: Authenticator) {}

	/** Ends all streams: what they follow may take longer than a process that shuts down has. */
	endAll(): void {
		this.ending.abort();
	}

	/**
	 * As long as the caller may call the route: asked before each further look.
	 * @throws what the first `look` throws; what a later one throws ends the stream
	 */
	async follow<Shown>(request: FastifyRequest, look: () => Promise<Followed<Shown>>): Promise<StreamableFile> {
		const again = async () => {
			await this.demandAccess(request);
			return look();
		};
		const events = eventsOf(await look(), again, this.ending.signal);
		return new StreamableFile(Readable.from(events, { objectMode: false }), {
			type: 'text/event-stream; charset=utf-8',
		});
	}

	private async demandAccess(request: FastifyRequest): Promise<void> {
		const { access } = request.routeOptions.config;
		if (access === undefined) throw unmarked();
		const denial = denialOf(access, await this.authenticator.authenticate(request));
		if (denial !== undefined) throw denial;
	}
}

async function* eventsOf<Shown>(
	first: Followed<Shown>,
	look: () => Promise<Followed<Shown>>,
	ending: AbortSignal,
): AsyncIterable<string> {
	let told = '';
	for (let looks = 0, seen = first; ; looks++) {
		const data = JSON.stringify(seen.shown);
		if (data !== told) yield `event: ${seen.isOver ? 'end' : 'progress'}\ndata: ${data}\n\n`;
		else if (looks % KEEP_ALIVE_LOOKS === 0) yield ': keep-alive\n\n';
		if (seen.isOver) return;
		told = data;
		await pause(LOOK_EVERY_MS, undefined, { signal: ending }).catch(() => undefined);
		if (ending.aborted) return;
		seen = await look();
	}
}
