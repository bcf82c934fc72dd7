import ipaddr from 'ipaddr.js';

type Range = readonly [ipaddr.IPv4 | ipaddr.IPv6, number];

/** Bits before the IPv4 address that an IPv6 address can hold. */
const MAPPED_BITS = 96;

function parsedRange(text: string): Range | undefined {
	try {
		const [start, bits] = text.includes('/') ? ipaddr.parseCIDR(text) : [ipaddr.parse(text), undefined];
		const own = ipaddr.process(start.toString());
		if (bits === undefined) return [own, own.kind() === 'ipv6' ? 128 : 32];
		if (own.kind() === start.kind()) return [own, bits];
		return bits >= MAPPED_BITS ? [own, bits - MAPPED_BITS] : undefined;
	} catch {
		return undefined;
	}
}

/** Addresses and CIDR ranges; not what is shortened as `10.1`, or written in hexadecimal. */
export const isAddressRange = (text: string): boolean =>
	/^(\d{1,3}(\.\d{1,3}){3}|(?=[^:]*:)[0-9a-fA-F:.]+)(\/\d{1,3})?$/.test(text) && parsedRange(text) !== undefined;

/** Lists of ranges, in each of which an address must be. */
export class AddressRanges {
	private readonly lists: readonly (readonly Range[])[];

	constructor(lists: readonly (readonly string[])[]) {
		this.lists = lists.map((list) => list.map(parsedRange).filter((range) => range !== undefined));
	}

	/** An unknown address is in none. */
	contains(ip: string | undefined): boolean {
		if (ip === undefined || !ipaddr.isValid(ip)) return false;
		const address = ipaddr.process(ip);
		return this.lists.every((list) =>
			list.some(([start, bits]) => start.kind() === address.kind() && address.match([start, bits] as never)),
		);
	}
}

/** `undefined` when no link of the line has ranges. */
export function addressesOf(lists: readonly (readonly string[] | null)[]): AddressRanges | undefined {
	const given = lists.filter((list): list is readonly string[] => list !== null);
	return given.length === 0 ? undefined : new AddressRanges(given);
}
