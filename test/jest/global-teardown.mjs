import { rmSync } from 'node:fs';

/** The last run stops what it used; KEEP_SERVICES=1 keeps it until `npm run services down -- --profile test`. */
export default async function () {
	const { release, slotFile } = globalThis.__testServices;
	rmSync(slotFile, { force: true });
	await release();
}
