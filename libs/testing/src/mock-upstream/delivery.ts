import { gzipSync } from 'node:zlib';
import { type Behaviour, NEVER } from './behaviour.js';
import type { Exchange } from './exchange.js';
import type { Frame, Generation, GenerationDialect } from './generation.js';

const LINE_SLICE = Buffer.alloc(65_536, 'x');
const FOREIGN_RESPONSE =
	'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 19\r\n\r\n{"foreign":"bytes"}';

/** Where a four-byte character can be cut in two; half the bytes if there is none. */
function insideCharacter(bytes: Buffer): number {
	const lead = bytes.indexOf(0xf0);
	return lead < 0 ? bytes.length >> 1 : lead + 2;
}

/** Breaks the stream where the behaviour says so, `sent` content chunks being out and `frame` next. True: it is over. */
async function fault(
	exchange: Exchange,
	dialect: GenerationDialect,
	plan: Generation,
	sent: number,
	frame: Frame,
): Promise<boolean> {
	const { behaviour } = plan;
	const bytes = Buffer.from(frame.text);
	switch (sent) {
		case behaviour.resetAt:
			return exchange.reset();
		case behaviour.finAt:
			return exchange.fin();
		case behaviour.halfAt:
			await exchange.write(bytes.subarray(0, bytes.length >> 1));
			return exchange.fin();
		case behaviour.utf8At:
			await exchange.write(bytes.subarray(0, insideCharacter(bytes)));
			return exchange.fin();
		case behaviour.endAt:
			return true;
		case behaviour.errorAt:
			await exchange.write(dialect.errorFrame, behaviour);
			return true;
		case behaviour.garbageAt:
			await exchange.write(dialect.garbageFrame, behaviour);
			return false;
		case behaviour.stallAt:
			await exchange.pause(behaviour.stallMs === 0 ? Infinity : behaviour.stallMs);
			return false;
		default:
			return false;
	}
}

async function longLine(exchange: Exchange, dialect: GenerationDialect, length: number): Promise<void> {
	await exchange.write(dialect.longLineStart);
	for (let left = length; left > 0; left -= LINE_SLICE.length) {
		await exchange.write(LINE_SLICE.subarray(0, Math.min(left, LINE_SLICE.length)));
	}
	await exchange.end();
}

async function finish(exchange: Exchange, behaviour: Behaviour): Promise<void> {
	const socket = exchange.response.socket;
	await exchange.end();
	if (behaviour.extraResponse) socket?.write(FOREIGN_RESPONSE);
}

/** Sends a plan as a stream of events or lines. */
export async function deliverStream(exchange: Exchange, dialect: GenerationDialect, plan: Generation): Promise<void> {
	const { behaviour } = plan;
	await exchange.pause(behaviour.firstByteMs);
	exchange.head(200, { 'content-type': behaviour.contentType || dialect.contentType, 'cache-control': 'no-cache' });
	await exchange.pause(behaviour.firstChunkMs);
	if (behaviour.longLine > 0) return longLine(exchange, dialect, behaviour.longLine);
	let sent = 0;
	let faultyAt = NEVER;
	for (const frame of dialect.frames(plan)) {
		// Faults are looked up before each content chunk, and once after the last one.
		if (frame.kind === 'content' || (frame.kind === 'close' && faultyAt !== sent)) {
			if (sent > 0) await exchange.pause(behaviour.delayMs);
			faultyAt = sent;
			if (await fault(exchange, dialect, plan, sent, frame)) break;
		}
		await exchange.write(frame.text, behaviour);
		exchange.log.sent(exchange.call, frame);
		if (frame.kind === 'content') sent += 1;
	}
	await finish(exchange, behaviour);
}

const cutWhole = ({ resetAt, finAt, halfAt, utf8At }: Behaviour): boolean =>
	[resetAt, finAt, halfAt, utf8At].some((at) => at !== NEVER);

/** Sends a plan as one JSON body; faults that belong in a stream cut it in the middle. */
export async function deliverWhole(exchange: Exchange, dialect: GenerationDialect, plan: Generation): Promise<void> {
	const { behaviour } = plan;
	await exchange.pause(behaviour.firstByteMs + behaviour.firstChunkMs + behaviour.delayMs * plan.chunks);
	if (behaviour.stallAt !== NEVER) await exchange.pause(behaviour.stallMs === 0 ? Infinity : behaviour.stallMs);
	if (behaviour.errorAt !== NEVER) return exchange.json(500, JSON.parse(dialect.errorFrame.replace(/^[^{]*/, '')));
	const body = Buffer.from(JSON.stringify(dialect.whole(plan)));
	exchange.head(200, {
		'content-type': behaviour.contentType || 'application/json',
		...(behaviour.longLine > 0 ? {} : { 'content-length': body.length + behaviour.lengthDelta }),
	});
	if (behaviour.longLine > 0) return longLine(exchange, dialect, behaviour.longLine);
	if (cutWhole(behaviour)) {
		await exchange.write(body.subarray(0, body.length >> 1));
		return behaviour.resetAt === NEVER ? exchange.fin() : exchange.reset();
	}
	await exchange.write(behaviour.lengthDelta < 0 ? body.subarray(0, behaviour.lengthDelta) : body, behaviour);
	const usage = dialect.usage(plan);
	for (let i = 0; i < plan.chunks; i += 1)
		exchange.log.sent(exchange.call, { kind: 'content', tokens: behaviour.tokensPerChunk });
	exchange.log.sent(exchange.call, { kind: 'close', tokens: 0, ...(usage === undefined ? {} : { usage }) });
	if (behaviour.lengthDelta > 0) return exchange.fin();
	await finish(exchange, behaviour);
}

/** Answers that are the same for every endpoint: silence, resets, redirects, rubbish. True: the call is over. */
export async function deliverFault(exchange: Exchange, behaviour: Behaviour): Promise<boolean> {
	if (behaviour.refuse) exchange.reset();
	if (behaviour.hang) await exchange.pause(Infinity);
	if (behaviour.redirect !== '') {
		const location = behaviour.redirect === '1' ? '/redirected' : behaviour.redirect;
		await exchange.json(behaviour.redirectStatus, {}, { location });
		return true;
	}
	if (behaviour.gzipBomb > 0) {
		const bomb = gzipSync(Buffer.alloc(behaviour.gzipBomb, ' '));
		exchange.head(200, {
			'content-type': 'application/json',
			'content-encoding': 'gzip',
			'content-length': bomb.length,
		});
		await exchange.write(bomb);
	} else if (behaviour.html) {
		exchange.head(200, { 'content-type': behaviour.contentType || 'text/html' });
		await exchange.write('<!doctype html><html><body><h1>Welcome to nginx!</h1></body></html>\n', behaviour);
	} else if (behaviour.garbage) {
		exchange.head(200, { 'content-type': behaviour.contentType || 'application/json' });
		await exchange.write('{"id":"broken","choices":[{"message":', behaviour);
	} else {
		return false;
	}
	await finish(exchange, behaviour);
	return true;
}
