import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';

export type ScriptValue = string | number;

/** A Lua script, called by its digest; sent whole once when Redis does not know it (any more). */
export class Script<Result> {
	private readonly digest: string;
	/** Command and script in the bytes of a call. */
	private readonly byDigest: string;

	/** `keyCount`: of the calls that do not say how many keys they bring. */
	constructor(
		private readonly source: string,
		private readonly keyCount: number,
	) {
		this.digest = createHash('sha1').update(source).digest('hex');
		this.byDigest = argument('evalsha') + argument(this.digest);
	}

	/** @throws what ioredis throws, NOSCRIPT excepted. */
	async run(client: Redis, keysAndArguments: readonly ScriptValue[], keyCount = this.keyCount): Promise<Result> {
		try {
			return (await client.evalsha(this.digest, keyCount, ...keysAndArguments)) as Result;
		} catch (error) {
			if (!isUnknownScript(error)) throw error;
			return (await client.eval(this.source, keyCount, ...keysAndArguments)) as Result;
		}
	}

	/** A call as Redis reads it; `isWhole`: with the source of the script. */
	encode(keysAndArguments: readonly ScriptValue[], isWhole: boolean, keyCount = this.keyCount): string {
		const script = isWhole ? argument('eval') + argument(this.source) : this.byDigest;
		let bytes = `*${keysAndArguments.length + 3}\r\n${script}${argument(keyCount)}`;
		for (const value of keysAndArguments) bytes += argument(value);
		return bytes;
	}
}

export const isUnknownScript = (error: unknown): boolean =>
	error instanceof Error && error.message.startsWith('NOSCRIPT');

function argument(value: ScriptValue): string {
	if (typeof value === 'string') return `$${Buffer.byteLength(value)}\r\n${value}\r\n`;
	const text = String(value);
	return `$${text.length}\r\n${text}\r\n`;
}
