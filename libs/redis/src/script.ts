import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';

/** A Lua script, called by its digest; sent whole once when Redis does not know it (any more). */
export class Script<Result> {
	private readonly digest: string;

	constructor(
		private readonly source: string,
		private readonly keyCount: number,
	) {
		this.digest = createHash('sha1').update(source).digest('hex');
	}

	/** @throws what ioredis throws, NOSCRIPT excepted. */
	async run(client: Redis, keysAndArguments: readonly (string | number)[], keyCount = this.keyCount): Promise<Result> {
		try {
			return (await client.evalsha(this.digest, keyCount, ...keysAndArguments)) as Result;
		} catch (error) {
			if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
			return (await client.eval(this.source, keyCount, ...keysAndArguments)) as Result;
		}
	}
}
