import type { LoggedEvent } from './event-log.js';

/** An event as a frame of a stream of server-sent events. Its data is one line, whatever people and models write. */
export const sseFrame = ({ sequence, event }: LoggedEvent): string =>
	`id: ${sequence}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;

/** Keeps connections open while nothing happens; no client sees it. */
export const SSE_KEEP_ALIVE = ': keep-alive\n\n';
