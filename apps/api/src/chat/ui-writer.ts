import { UI_STREAM_END, UI_STREAM_HEADER, UiStream } from '#libs/chat';
import type { RunWriter } from './run-pump.js';

/** One reader's stream in the form of the Vercel AI SDK; it remembers which parts are open. */
export function uiWriter(): RunWriter {
	const stream = new UiStream();
	return { headers: UI_STREAM_HEADER, frame: (event) => stream.event(event), last: UI_STREAM_END };
}
