import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import type { FastifyInstance } from 'fastify';

/** Scripts and styles of this origin alone, and nothing is asked of any other. */
const PAGE_POLICY =
	"default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const ONE_HOUR = 'public, max-age=3600';
const types: Readonly<Record<string, string>> = {
	'.html': 'text/html; charset=utf-8',
	'.css': 'text/css; charset=utf-8',
	'.js': 'text/javascript; charset=utf-8',
	'.mjs': 'text/javascript; charset=utf-8',
};

const own = ['chat.css', 'api.js', 'elements.js', 'main.js', 'messages.js', 'words.js'];
const PAGE = join(import.meta.dirname, 'page');

/** `/chat`: the page is files that a browser takes as they are. */
export function serveChatPage(instance: FastifyInstance): void {
	const { resolve } = createRequire(import.meta.url);
	const files: Readonly<Record<string, string>> = {
		'/chat': join(PAGE, 'index.html'),
		...Object.fromEntries(own.map((name) => [`/chat/${name}`, join(PAGE, name)])),
		'/chat/marked.js': resolve('marked'),
		'/chat/dompurify.js': join(dirname(resolve('dompurify')), 'purify.es.mjs'),
	};
	for (const [url, path] of Object.entries(files)) {
		let content: Promise<Buffer> | undefined;
		instance.get(url, { config: { access: 'public' } }, async (_request, reply) => {
			content ??= readFile(path);
			const headers = url === '/chat' ? { 'content-security-policy': PAGE_POLICY } : { 'cache-control': ONE_HOUR };
			return reply.headers({ ...headers, 'content-type': types[extname(path)] }).send(await content);
		});
	}
}
