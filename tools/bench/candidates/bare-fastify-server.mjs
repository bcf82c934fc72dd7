// One Fastify route with plain pg, which does for a page what the product does: the statements captured from it, in the same
// order, in one transaction. BENCH_STATEMENTS holds them as JSON; the one marked `isPage` reads one row more than the page has.
import { createRequire } from 'node:module';

const productRequire = createRequire(new URL('../../../package.json', import.meta.url));
const { Pool } = productRequire('pg');
// Fastify comes with Nest's adapter.
const { fastify } = createRequire(productRequire.resolve('@nestjs/platform-fastify'))('fastify');

const statements = JSON.parse(process.env.BENCH_STATEMENTS);
const pool = new Pool({ connectionString: process.env.DATABASE_URL, max: 10 });

async function readPage(limit) {
	const client = await pool.connect();
	try {
		let rows = [];
		for (const { text, values, isPage } of statements) {
			const result = await (values.length === 0 ? client.query(text) : client.query(text, values));
			if (isPage) rows = result.rows;
		}
		const items = rows.slice(0, limit);
		const nextCursor =
			rows.length > limit ? Buffer.from(JSON.stringify(Object.values(items.at(-1))[0])).toString('base64url') : null;
		return { success: true, data: { items, nextCursor }, message: 'OK', errors: null };
	} finally {
		client.release();
	}
}

const app = fastify({ logger: false });
app.get('/keys', async (request) => readPage(Number(request.query.limit)));
await app.listen({ port: 0, host: '127.0.0.1' });
process.stdout.write(`${JSON.stringify({ port: app.server.address().port })}\n`);
process.once('SIGTERM', () => process.exit(0));
