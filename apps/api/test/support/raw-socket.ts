import { connect } from 'node:net';

export interface RawAnswer {
	/** Everything the server sent until it closed the connection. */
	readonly text: string;
	/** Status codes of all responses on the socket, in order. */
	readonly statuses: readonly number[];
	readonly durationMs: number;
}

/** Sends bytes as they are and reads until the server closes the connection. */
export async function sendRaw(port: number, bytes: string | Buffer, limitMs = 10_000): Promise<RawAnswer> {
	const started = performance.now();
	const chunks: Buffer[] = [];
	const socket = connect(port, '127.0.0.1');
	await new Promise<void>((resolve, reject) => {
		const timer = setTimeout(() => socket.destroy(new Error(`the connection was open after ${limitMs} ms`)), limitMs);
		socket.on('connect', () => socket.write(bytes));
		socket.on('data', (chunk) => chunks.push(chunk));
		// the server may close while we still write
		const isExpected = ({ code }: NodeJS.ErrnoException) => code === 'ECONNRESET' || code === 'EPIPE';
		socket.on('error', (error) => (isExpected(error) ? undefined : reject(error)));
		socket.on('close', () => {
			clearTimeout(timer);
			resolve();
		});
	});
	const text = Buffer.concat(chunks).toString('utf8');
	const statuses = [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map((match) => Number(match[1]));
	return { text, statuses, durationMs: performance.now() - started };
}

/** Head and body of one response. */
export function split(text: string): { head: string; body: string } {
	const end = text.indexOf('\r\n\r\n');
	return { head: text.slice(0, end), body: text.slice(end + 4) };
}
