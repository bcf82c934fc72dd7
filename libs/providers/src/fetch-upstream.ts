import { AppError } from '#libs/kernel';
import type { Transport, UpstreamHandler, UpstreamRequest } from './transport.js';

const MAX_BYTES = 8 * 1_048_576;

/** What another status than 200 means. */
export type ReadRefusal = (status: number, headers: Parameters<UpstreamHandler['onHead']>[1], body: Buffer) => AppError;

/**
 * One small exchange, whole: for lists, counts and tests of a connection, not for calls.
 * @throws AppError upstream, unavailable, timeout; what `readRefusal` makes of another status than 200
 */
export function fetchUpstream(
	transport: Transport,
	request: UpstreamRequest,
	limitMs: number,
	readRefusal: ReadRefusal = refusalOf,
): Promise<Buffer> {
	return new Promise((resolve, reject) => {
		const pieces: Buffer[] = [];
		let size = 0;
		let status = 0;
		let head: Parameters<UpstreamHandler['onHead']>[1] = {};
		const settle = (result: () => void): void => {
			clearTimeout(timer);
			call.abort();
			result();
		};
		const fail = (error: AppError): void => settle(() => reject(error));
		const call = transport.send(request, {
			onHead: (code, headers) => {
				status = code;
				head = headers;
			},
			onData: (bytes) => {
				pieces.push(bytes);
				size += bytes.length;
				if (size > MAX_BYTES) fail(new AppError('upstream', 'upstream_too_large', 'The upstream sent too much'));
			},
			onEnd: () =>
				status === 200
					? settle(() => resolve(Buffer.concat(pieces)))
					: fail(readRefusal(status, head, Buffer.concat(pieces))),
			onError: fail,
		});
		const timer = setTimeout(
			() => fail(new AppError('timeout', 'upstream_timeout', 'The upstream did not answer in time')),
			limitMs,
		);
	});
}

const refusalOf = (status: number): AppError =>
	status === 401 || status === 403
		? new AppError('upstream', 'upstream_credentials_exhausted', 'The upstream does not accept our credential')
		: new AppError('upstream', 'upstream_refused', `The upstream answered with status ${status}`);
