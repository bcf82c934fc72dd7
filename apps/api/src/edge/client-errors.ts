import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type AppError, newId } from '#libs/kernel';
import { refusal } from './app-error-of.js';
import { errorBody, statusFor } from './error-body.js';
import { type ErrorShape, shapeOf } from './shape.js';

interface ClientError extends Error {
	readonly code?: string;
	readonly rawPacket?: unknown;
}

const reasons: Readonly<Record<number, string>> = {
	400: 'Bad Request',
	408: 'Request Timeout',
	414: 'URI Too Long',
	431: 'Request Header Fields Too Large',
};

const requestLine = /^[A-Z]{1,16} (\S{1,2048})/;

function errorOf({ code, rawPacket }: ClientError): AppError {
	if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return refusal(408) as AppError;
	if (code !== 'HPE_HEADER_OVERFLOW') return refusal(400) as AppError;
	const isLongLine = Buffer.isBuffer(rawPacket) && !rawPacket.subarray(0, 16_384).includes(0x0a);
	return refusal(isLongLine ? 414 : 431) as AppError;
}

/** What Node knows of a connection, beyond its types: the request being read, and the answer being written. */
interface Connection extends Socket {
	readonly parser?: { readonly incoming?: IncomingMessage | null } | null;
	readonly _httpMessage?: ServerResponse | null;
}

const slow = new WeakSet<Socket>();

/** The request that is being read may take longer than others: a large file. Until its answer is over. */
export function allowSlowRequest(socket: Socket, response: ServerResponse): void {
	slow.add(socket);
	response.once('close', () => slow.delete(socket));
}

/**
 * Answers what is no HTTP request (yet), in the shape of the path if one can be seen, and closes the connection: what
 * follows on it cannot be trusted. Says nothing into an answer that has begun, nor after one that came before its request
 * had ended.
 */
export function answerClientError(error: ClientError, socket: Connection): void {
	if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT' && slow.has(socket)) return;
	const request = socket.parser?.incoming ?? undefined;
	const response = socket._httpMessage ?? undefined;
	const isAnswered = response === undefined ? request?.complete === false : response.headersSent;
	if (error.code === 'ECONNRESET' || !socket.writable || isAnswered) return void socket.destroy();
	const start = Buffer.isBuffer(error.rawPacket) ? error.rawPacket.subarray(0, 2_100).toString('latin1') : '';
	const target = request?.url ?? requestLine.exec(start)?.[1] ?? '/';
	socket.end(responseText(errorOf(error), shapeOf(target, request?.headers ?? {})));
}

function responseText(refused: AppError, shape: ErrorShape): string {
	const status = statusFor(shape, refused);
	const requestId = newId();
	const body = JSON.stringify(errorBody(shape, refused, requestId));
	return [
		`HTTP/1.1 ${status} ${reasons[status] ?? 'Bad Request'}`,
		'content-type: application/json; charset=utf-8',
		`content-length: ${Buffer.byteLength(body)}`,
		`x-request-id: ${requestId}`,
		`request-id: ${requestId}`,
		'cache-control: no-store',
		'connection: close',
		'',
		body,
	].join('\r\n');
}
