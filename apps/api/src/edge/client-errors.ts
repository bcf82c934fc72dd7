import type { Socket } from 'node:net';
import { type AppError, newId } from '#libs/kernel';
import { refusal } from './app-error-of.js';
import { errorBody, statusFor } from './error-body.js';
import { shapeOf } from './shape.js';

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

/**
 * Answers what is no HTTP request (yet), in the shape of the path if one can be seen, and closes the connection: what
 * follows on it cannot be trusted. Says nothing into an answer that has begun.
 */
export function answerClientError(error: ClientError, socket: Socket): void {
	const pending = (socket as Socket & { _httpMessage?: { _headerSent?: boolean; headersSent?: boolean } })._httpMessage;
	if (error.code === 'ECONNRESET' || !socket.writable || pending?.headersSent === true) return void socket.destroy();
	const start = Buffer.isBuffer(error.rawPacket) ? error.rawPacket.subarray(0, 2_100).toString('latin1') : '';
	const target = requestLine.exec(start)?.[1] ?? '/';
	const shape = shapeOf(target, {});
	const refused = errorOf(error);
	const status = statusFor(shape, refused);
	const requestId = newId();
	const body = JSON.stringify(errorBody(shape, refused, requestId));
	socket.end(
		[
			`HTTP/1.1 ${status} ${reasons[status] ?? 'Bad Request'}`,
			'content-type: application/json; charset=utf-8',
			`content-length: ${Buffer.byteLength(body)}`,
			`x-request-id: ${requestId}`,
			`request-id: ${requestId}`,
			'cache-control: no-store',
			'connection: close',
			'',
			body,
		].join('\r\n'),
	);
}
