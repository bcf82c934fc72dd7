import { setTimeout as pause } from 'node:timers/promises';
import { Readable } from 'node:stream';
import { StreamableFile } from '@nestjs/common';

const LOOK_EVERY_MS = 500;
const KEEP_ALIVE_LOOKS = 30;

/** Something that goes on in the background, as callers see it. */
export interface Followed<Shown> {
	readonly shown: Shown;
	/** Nothing more will happen. */
	readonly isOver: boolean;
}

/**
 * How something is, whenever that changes, as server-sent events: `progress`, at last `end`.
 * @throws what the first `look` throws; what a later one throws ends the stream
 */
export async function progressEvents<Shown>(look: () => Promise<Followed<Shown>>): Promise<StreamableFile> {
	const events = eventsOf(await look(), look);
	return new StreamableFile(Readable.from(events, { objectMode: false }), {
		type: 'text/event-stream; charset=utf-8',
	});
}

async function* eventsOf<Shown>(first: Followed<Shown>, look: () => Promise<Followed<Shown>>): AsyncIterable<string> {
	let told = '';
	for (let looks = 0, seen = first; ; looks++) {
		const data = JSON.stringify(seen.shown);
		if (data !== told) yield `event: ${seen.isOver ? 'end' : 'progress'}\ndata: ${data}\n\n`;
		else if (looks % KEEP_ALIVE_LOOKS === 0) yield ': keep-alive\n\n';
		if (seen.isOver) return;
		told = data;
		await pause(LOOK_EVERY_MS);
		seen = await look();
	}
}
