import { END, event, httpChunk, streamHead, usageEvent } from './responses.mjs';

const HEAD = Buffer.from(streamHead('text/event-stream') + httpChunk(event({ role: 'assistant', content: '' })));
const [BEFORE, AFTER] = event({ content: '@' }).split('@');
const STAMP_LENGTH = 18;
const CHUNK_HEAD = `${(BEFORE.length + STAMP_LENGTH + AFTER.length).toString(16)}\r\n${BEFORE}`;
const CHUNK_TAIL = `${AFTER}\r\n`;

/** Microseconds of the machine's monotonic clock, the same in every process. */
export const nowMicros = () => {
	const [seconds, nanos] = process.hrtime();
	return seconds * 1e6 + Math.floor(nanos / 1e3);
};

/** `@` and 17 digits: the moment at which the chunk was written. */
const stampedChunk = () => `${CHUNK_HEAD}@${String(nowMicros()).padStart(STAMP_LENGTH - 1, '0')}${CHUNK_TAIL}`;

const finish = (withUsage) =>
	httpChunk(event({}, 'stop')) + (withUsage ? httpChunk(usageEvent) : '') + httpChunk('data: [DONE]\n\n') + END;

/**
 * Streams at a steady pace: `chunks` stamped chunks, `intervalMs` apart, the first at once. All streams of one interval share
 * a wheel with a slot for each millisecond, so that their chunks spread evenly; slots that a late timer missed are caught up.
 */
export class Pacer {
	#wheel;
	#position = 0;
	#next = 0;
	#timer;
	#started = 0;

	constructor(intervalMs, chunks) {
		this.chunks = chunks;
		this.#wheel = Array.from({ length: intervalMs }, () => new Set());
	}

	start(socket, withUsage) {
		socket.write(HEAD);
		socket.write(stampedChunk());
		this.#next = (this.#next + 1) % this.#wheel.length;
		const slot = this.#wheel[this.#next];
		const stream = { socket, withUsage, left: this.chunks - 1, slot };
		slot.add(stream);
		socket.pacing = stream;
		if (this.#timer === undefined) {
			this.#started = nowMicros();
			this.#position = 0;
			this.#timer = setInterval(() => this.#turn(), 1);
		}
	}

	static leave(socket) {
		socket.pacing?.slot.delete(socket.pacing);
		socket.pacing = undefined;
	}

	#turn() {
		const due = Math.floor((nowMicros() - this.#started) / 1_000);
		for (; this.#position < due; this.#position += 1) {
			for (const stream of this.#wheel[this.#position % this.#wheel.length]) this.#advance(stream);
		}
		if (this.#wheel.every((slot) => slot.size === 0)) {
			clearInterval(this.#timer);
			this.#timer = undefined;
		}
	}

	#advance(stream) {
		if (stream.left > 0) {
			stream.left -= 1;
			stream.socket.write(stampedChunk());
			return;
		}
		Pacer.leave(stream.socket);
		stream.socket.write(finish(stream.withUsage));
	}
}
