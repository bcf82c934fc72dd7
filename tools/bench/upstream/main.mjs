// The fake upstream: OpenAI and Ollama answers on bare sockets, so that it costs a fraction of any candidate.
// What a chat answers is chosen by the request's `user` field: bench-paced and bench-hold; else by `stream`.
import { createServer } from 'node:net';
import { Pacer } from './pacer.mjs';
import { JSON_ANSWER, NDJSON_ANSWER, NOT_FOUND, SHOW, SSE_ANSWER, SSE_ANSWER_WITH_USAGE, VIEWS } from './responses.mjs';

const PACED = new Pacer(20, 50);
const HELD = new Pacer(2_000, Number.MAX_SAFE_INTEGER);
const HEAD_END = Buffer.from('\r\n\r\n');
const NO_BYTES = Buffer.alloc(0);

/** Options stand near either end of a body, whoever re-ordered it: a long prompt need not be searched. */
const has = (body, text) =>
	body.length <= 4_096
		? body.includes(text)
		: body.subarray(0, 512).includes(text) || body.subarray(-512).includes(text);

function answerChat(socket, body) {
	if (!has(body, '"stream":true')) return socket.write(JSON_ANSWER);
	const withUsage = has(body, '"include_usage":true');
	if (has(body, '"user":"bench-paced"')) return PACED.start(socket, withUsage);
	if (has(body, '"user":"bench-hold"')) return HELD.start(socket, withUsage);
	return socket.write(withUsage ? SSE_ANSWER_WITH_USAGE : SSE_ANSWER);
}

function answer(socket, method, path, body) {
	if (path === '/v1/chat/completions') return answerChat(socket, body);
	if (path === '/api/chat') return socket.write(NDJSON_ANSWER);
	if (path === '/api/show') return socket.write(SHOW);
	const view = VIEWS[path] ?? NOT_FOUND;
	return socket.write(method === 'HEAD' ? view.subarray(0, view.indexOf(HEAD_END) + 4) : view);
}

/** Method, path and length of the request whose head begins `bytes`; undefined while the head is not complete. */
function readHead(bytes) {
	const headEnd = bytes.indexOf(HEAD_END);
	if (headEnd < 0) return undefined;
	const head = bytes.latin1Slice(0, headEnd);
	const [method, path] = head.slice(0, head.indexOf('\r\n')).split(' ');
	const length = /\r\ncontent-length: *(\d+)/i.exec(head);
	const start = headEnd + 4;
	const chunked = length === null && /\r\ntransfer-encoding: *chunked/i.test(head);
	return { method, path: path.split('?', 1)[0], start, end: start + Number(length?.[1] ?? 0), chunked };
}

/** Requests of one connection. The head is read once, and a body is put together only when it is complete. */
class Requests {
	#parts = [];
	#size = 0;
	#head;

	constructor(socket) {
		this.socket = socket;
	}

	take(data) {
		this.#parts.push(data);
		this.#size += data.length;
		while (this.#answerNext());
	}

	#joined() {
		if (this.#parts.length > 1) this.#parts = [Buffer.concat(this.#parts)];
		return this.#parts[0] ?? NO_BYTES;
	}

	#answerNext() {
		if (this.#size === 0) return false;
		this.#head ??= readHead(this.#joined());
		if (this.#head === undefined) return false;
		const { method, path, start, chunked } = this.#head;
		let { end } = this.#head;
		if (chunked) {
			const last = this.#joined().indexOf('0\r\n\r\n', start);
			if (last < 0) return false;
			end = last + 5;
		}
		if (this.#size < end) return false;
		const bytes = this.#joined();
		answer(this.socket, method, path, bytes.subarray(start, end));
		this.#head = undefined;
		this.#size -= end;
		this.#parts = this.#size === 0 ? [] : [bytes.subarray(end)];
		return true;
	}
}

const server = createServer({ noDelay: true }, (socket) => {
	const requests = new Requests(socket);
	socket.on('data', (data) => requests.take(data));
	socket.on('error', () => socket.destroy());
	socket.on('close', () => Pacer.leave(socket));
});
server.listen(Number(process.argv[2] ?? 0), '127.0.0.1', 4_096, () => {
	process.stdout.write(`${JSON.stringify({ port: server.address().port })}\n`);
});
process.once('SIGTERM', () => process.exit(0));
