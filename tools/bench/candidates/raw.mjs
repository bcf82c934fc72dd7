// The yardstick: as little as a proxy on Node can do. usage: raw.mjs <port of the upstream>
import { createServer } from 'node:http';
import { createRequire } from 'node:module';

// The product's own undici, not one that a peer brought along.
const { Pool } = createRequire(new URL('../../../package.json', import.meta.url))('undici');
const pool = new Pool(`http://127.0.0.1:${process.argv[2]}`, { pipelining: 1, bodyTimeout: 0, headersTimeout: 0 });

class Pump {
	constructor(response) {
		this.response = response;
	}
	onRequestStart(controller) {
		this.response.on('close', () => this.response.writableFinished || controller.abort(new Error('client left')));
		this.response.on('drain', () => controller.resume());
	}
	onResponseStart(_controller, status, headers) {
		this.response.writeHead(status, {
			'content-type': headers['content-type'],
			...(headers['content-length'] && { 'content-length': headers['content-length'] }),
		});
	}
	onResponseData(controller, chunk) {
		if (!this.response.write(chunk)) controller.pause();
	}
	onResponseEnd() {
		this.response.end();
	}
	onResponseError() {
		if (this.response.headersSent) this.response.destroy();
		else this.response.writeHead(502).end();
	}
}

const server = createServer((request, response) => {
	const parts = [];
	request.on('data', (part) => parts.push(part));
	request.on('end', () => {
		const body = parts.length === 1 ? parts[0] : Buffer.concat(parts);
		const headers = { 'content-type': 'application/json' };
		pool.dispatch({ path: request.url, method: request.method, headers, body }, new Pump(response));
	});
});
server.listen(0, '127.0.0.1', 4_096, () =>
	process.stdout.write(`${JSON.stringify({ port: server.address().port })}\n`),
);
process.once('SIGTERM', () => process.exit(0));
