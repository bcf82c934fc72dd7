import type { ServerResponse } from 'node:http';

/** What stands in every answer, as `writeHead` takes it: name, value, name, value … Fresh, so that it may be added to. */
export function standardHeaders(requestId: string, isSecure: boolean): string[] {
	const headers = [
		'x-request-id',
		requestId,
		'request-id',
		requestId,
		'x-content-type-options',
		'nosniff',
		'content-security-policy',
		"default-src 'none'; frame-ancestors 'none'",
		'referrer-policy',
		'no-referrer',
	];
	if (isSecure) headers.push('strict-transport-security', 'max-age=31536000; includeSubDomains');
	return headers;
}

/** Sets them, and that nothing is stored; a later `writeHead` may replace them. */
export function setStandardHeaders(raw: ServerResponse, requestId: string, isSecure: boolean): void {
	const headers = standardHeaders(requestId, isSecure);
	for (let at = 0; at < headers.length; at += 2) raw.setHeader(headers[at] as string, headers[at + 1] as string);
	raw.setHeader('cache-control', 'no-store');
}
