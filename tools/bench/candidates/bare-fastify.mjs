import { join } from 'node:path';
import { BENCH, CANDIDATE_CORE, start } from '../processes.mjs';

/** One Fastify route with plain pg: the same page of keys by the same SQL in the same transaction as the product's. */
export const bareFastify = (name, gateway) => ({
	name,
	async start() {
		const env = { DATABASE_URL: gateway.appUrl, BENCH_STATEMENTS: JSON.stringify(gateway.pageStatements) };
		const args = [join(BENCH, 'candidates/bare-fastify-server.mjs')];
		const running = await start(name, { core: CANDIDATE_CORE, args, env });
		return { ...running, headers: {}, pageHeaders: {}, pagePath: '/keys?limit=20' };
	},
});
