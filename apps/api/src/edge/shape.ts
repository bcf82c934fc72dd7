import type { IncomingHttpHeaders } from 'node:http';

/** The four forms of an error body. */
export type ErrorShape = 'envelope' | 'openai' | 'anthropic' | 'ollama';

const under = (path: string, prefix: string): boolean =>
	path.startsWith(prefix) && (path.length === prefix.length || path.charCodeAt(prefix.length) === 47);

/** The path of a request target: without query, also of the absolute form. */
export function pathOf(target: string): string {
	const origin = target.startsWith('/') ? 0 : (/^https?:\/\/[^/?#]*/i.exec(target)?.[0].length ?? 0);
	const end = target.slice(origin).search(/[?#]/);
	const path = end === -1 ? target.slice(origin) : target.slice(origin, origin + end);
	return path === '' ? '/' : path;
}

/** By the prefix of the path, or by the header that only Anthropic's clients send; known before (and without) routing. */
export function shapeOf(target: string, headers: IncomingHttpHeaders): ErrorShape {
	const path = pathOf(target);
	if (under(path, '/api/v1')) return 'envelope';
	if (under(path, '/api') || under(path, '/ollama')) return 'ollama';
	if (under(path, '/anthropic') || path.startsWith('/v1/messages')) return 'anthropic';
	if (headers['anthropic-version'] !== undefined) return 'anthropic';
	if (under(path, '/v1') || under(path, '/openai')) return 'openai';
	return 'envelope';
}
