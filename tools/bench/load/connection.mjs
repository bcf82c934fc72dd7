import { connect } from 'node:net';

const HEAD_END = Buffer.from('\r\n\r\n');
const CHUNKED_END = Buffer.from('0\r\n\r\n');
const TAIL = 128;

/**
 * One keep-alive connection with one request in flight, and just enough HTTP to know when the answer is complete.
 * The owner gives `onDone(connection, {status, tail})`, `onBytes(connection, bytes)` if it wants to look inside, and
 * `onBroken(connection, error)`.
 */
export class Connection {
	#socket;
	#head = Buffer.alloc(0);
	#left = 0;
	#chunked = false;
	#inHead = true;
	#tail = Buffer.alloc(0);
	#status = 0;

	constructor(port, owner, bufferSize = 65_536) {
		this.owner = owner;
		this.startedAt = 0;
		this.#socket = connect({
			port,
			host: '127.0.0.1',
			noDelay: true,
			onread: {
				buffer: Buffer.allocUnsafeSlow(bufferSize),
				callback: (length, buffer) => {
					this.#read(buffer.subarray(0, length));
					return true;
				},
			},
		});
		this.#socket.on('error', (error) => this.owner.onBroken(this, error));
		this.#socket.on('close', () => this.owner.onBroken(this, new Error('closed')));
	}

	/** `startedAt`: since when the request has been due, by performance.now(). */
	send(request, startedAt = performance.now()) {
		this.#inHead = true;
		this.startedAt = startedAt;
		this.#socket.write(request);
	}

	close() {
		this.#socket.removeAllListeners('close');
		this.#socket.on('error', () => undefined);
		this.#socket.destroy();
	}

	#read(bytes) {
		if (!this.#inHead) return this.#body(bytes);
		const head = this.#head.length === 0 ? bytes : Buffer.concat([this.#head, bytes]);
		const end = head.indexOf(HEAD_END);
		if (end < 0) {
			this.#head = Buffer.from(head);
			return undefined;
		}
		this.#head = Buffer.alloc(0);
		this.#status = Number(head.latin1Slice(9, 12));
		const length = /\r\ncontent-length: *(\d+)/i.exec(head.latin1Slice(0, end));
		this.#chunked = length === null;
		this.#left = length === null ? 0 : Number(length[1]);
		this.#inHead = false;
		this.#tail = Buffer.alloc(0);
		return this.#body(head.subarray(end + 4));
	}

	#body(bytes) {
		this.owner.onBytes?.(this, bytes);
		const joined = bytes.length >= TAIL ? bytes : Buffer.concat([this.#tail, bytes]);
		this.#tail = Buffer.from(joined.subarray(-TAIL));
		this.#left -= bytes.length;
		// One request at a time: what ends like a chunked body is its end.
		const done = this.#chunked ? this.#tail.subarray(-5).equals(CHUNKED_END) : this.#left === 0;
		if (done) this.owner.onDone(this, { status: this.#status, tail: this.#tail });
	}
}

/** The bytes of a request. */
export function requestBytes({ method = 'POST', path, headers = {}, body }) {
	const all = {
		host: '127.0.0.1',
		...(body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
		...headers,
	};
	const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
	return Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body ?? ''}`);
}
