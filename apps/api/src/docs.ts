import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { INestApplication } from '@nestjs/common';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { openApiDocument } from './openapi.js';
import type { RouteTable } from './edge/route-table.js';

/** Swagger UI and nothing else may run on the page, and it may talk to this origin only. It styles itself inline. */
const PAGE_POLICY =
	"default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const page = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="UTF-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Parallama API</title>
<link rel="stylesheet" href="./docs/swagger-ui.css">
<link rel="icon" type="image/png" href="./docs/favicon-32x32.png">
</head>
<body>
<div id="swagger-ui"></div>
<script src="./docs/swagger-ui-bundle.js"></script>
<script src="./docs/start.js"></script>
</body>
</html>
`;
const start = `SwaggerUIBundle({ url: './openapi.json', dom_id: '#swagger-ui', deepLinking: true, validatorUrl: null });
`;

const assets: Readonly<Record<string, string>> = {
	'swagger-ui.css': 'text/css; charset=utf-8',
	'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
	'favicon-32x32.png': 'image/png',
};

const ONE_HOUR = 'public, max-age=3600';

/** `/openapi.json`, and `/docs` which renders it without asking any other host. */
export function serveDocs(instance: FastifyInstance, routes: RouteTable, app: () => INestApplication): void {
	const config = { access: 'public' } as const;
	let document: string | undefined;
	instance.get('/openapi.json', { config }, (_request, reply) => {
		document ??= JSON.stringify(openApiDocument(app(), routes.all()));
		return send(reply, 'application/json; charset=utf-8', document);
	});
	instance.get('/docs', { config }, (_request, reply) =>
		send(reply.header('content-security-policy', PAGE_POLICY), 'text/html; charset=utf-8', page),
	);
	instance.get('/docs/start.js', { config }, (_request, reply) => send(reply, 'text/javascript; charset=utf-8', start));
	const require = createRequire(import.meta.url);
	for (const [name, type] of Object.entries(assets)) {
		let content: Promise<Buffer> | undefined;
		instance.get(`/docs/${name}`, { config }, async (_request, reply) => {
			content ??= readFile(require.resolve(`swagger-ui-dist/${name}`));
			return send(reply.header('cache-control', ONE_HOUR), type, await content);
		});
	}
}

const send = (reply: FastifyReply, type: string, content: string | Buffer): FastifyReply =>
	reply.header('content-type', type).send(content);
