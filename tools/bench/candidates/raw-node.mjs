import { join } from 'node:path';
import { BENCH, CANDIDATE_CORE, start } from '../processes.mjs';

/** node:http and undici's Pool.dispatch, nothing else: the yardstick. */
export const rawNode = (name) => ({
	name,
	async start({ upstreamPort }) {
		const args = [join(BENCH, 'candidates/raw.mjs'), String(upstreamPort)];
		return { ...(await start(name, { core: CANDIDATE_CORE, args })), headers: {}, prefix: '' };
	},
});
