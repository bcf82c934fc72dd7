/** An Argon2id hash with everything that is needed to compute it again. */
export interface Argon2Hash {
	readonly memoryKib: number;
	readonly passes: number;
	readonly lanes: number;
	readonly salt: Buffer;
	readonly tag: Buffer;
}

const shape = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/;
const base64 = (bytes: Buffer): string => bytes.toString('base64').replace(/(?<!=)=+$/, '');

/** The usual text form of such a hash (PHC string format). */
export const formatPhc = ({ memoryKib, passes, lanes, salt, tag }: Argon2Hash): string =>
	`$argon2id$v=19$m=${memoryKib},t=${passes},p=${lanes}$${base64(salt)}$${base64(tag)}`;

/** `undefined` for everything else, also for costs that would make one check a denial of service. */
export function parsePhc(text: string): Argon2Hash | undefined {
	const [, memory, passes, lanes, salt, tag] = shape.exec(text) ?? [];
	if (salt === undefined || tag === undefined) return undefined;
	const hash = {
		memoryKib: Number(memory),
		passes: Number(passes),
		lanes: Number(lanes),
		salt: Buffer.from(salt, 'base64'),
		tag: Buffer.from(tag, 'base64'),
	};
	const isPlausible =
		hash.memoryKib <= 262_144 && hash.passes >= 1 && hash.lanes >= 1 && hash.memoryKib >= 8 * hash.lanes;
	return isPlausible ? hash : undefined;
}
