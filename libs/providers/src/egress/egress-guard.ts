import { type LookupAddress, type LookupAllOptions, lookup as systemResolver } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { AppError } from '#libs/kernel';

/** How a name becomes addresses. */
type Resolver = (
	host: string,
	options: LookupAllOptions,
	callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/** What listens there speaks no HTTP: mail, shells, databases, caches, cluster stores. */
const foreignPorts: ReadonlySet<number> = new Set([
	1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109, 110,
	111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 445, 465, 512, 513, 514, 515, 526, 530, 531,
	532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1433, 1521, 1719, 1720, 1723, 2049, 2375, 2376, 2379,
	2380, 3306, 3389, 3659, 4045, 4190, 5060, 5061, 5432, 5672, 5900, 6000, 6379, 6380, 6566, 6665, 6666, 6667, 6668,
	6669, 6679, 6697, 9042, 9092, 10250, 11211, 26379, 27017,
]);

/**
 * Decides which addresses an upstream connection may reach. Asked with the resolved address at connect time, so that
 * neither an odd spelling nor a changing DNS answer gets around it. Public addresses are open; everything else needs to be
 * named by the operator.
 */
export class EgressGuard {
	private readonly hosts: ReadonlySet<string>;
	private readonly ranges: readonly [ipaddr.IPv4 | ipaddr.IPv6, number][];

	/** `allowed`: host names, addresses and CIDR ranges. `resolve` is the system's resolver, where nothing else is said. */
	constructor(
		allowed: readonly string[],
		private readonly resolve: Resolver = systemResolver,
	) {
		const entries = allowed.map((entry) => entry.toLowerCase());
		this.ranges = entries.filter((entry) => entry.includes('/') || isIP(entry) !== 0).map(parseRange);
		this.hosts = new Set(entries.filter((entry) => !entry.includes('/') && isIP(entry) === 0));
	}

	/** Why no connection to this origin is ever made, as far as it can be told without DNS. */
	refusalOf({ protocol, hostname, port }: URL): AppError | undefined {
		if (protocol !== 'http:' && protocol !== 'https:') return blockedAddress();
		const host = hostname.replace(/^\[|\]$/g, '');
		if (isIP(host) !== 0) {
			if (!this.permits(host, host)) return blockedAddress();
			if (!isPublic(ipaddr.process(host))) return undefined; // named by the operator: any port
		}
		return foreignPorts.has(Number(port)) && !this.hosts.has(host.toLowerCase()) ? blockedAddress() : undefined;
	}

	permits(host: string, address: string): boolean {
		if (this.hosts.has(host.toLowerCase())) return true;
		const parsed = ipaddr.process(address); // IPv4 in IPv6 becomes IPv4
		if (this.ranges.some(([base, bits]) => base.kind() === parsed.kind() && parsed.match(base, bits))) return true;
		return isPublic(parsed);
	}

	/** A DNS lookup for `net.connect` that fails unless every answer is permitted. */
	readonly lookup: LookupFunction = (host, options, callback) => {
		this.resolve(host, { ...options, all: true }, (error, addresses) => {
			if (error) return callback(error, '', 0);
			const [first] = addresses;
			if (!addresses.every(({ address }) => this.permits(host, address))) return callback(blockedAddress(), '', 0);
			if (options.all) return (callback as (e: null, a: typeof addresses) => void)(null, addresses);
			return callback(null, first?.address ?? '', first?.family ?? 0);
		});
	};
}

/** The same text for every blocked address: the caller learns nothing of the network. */
export const blockedAddress = (): AppError =>
	new AppError(
		'upstream',
		'egress_blocked',
		'This address may not be reached; an operator can allow it in EGRESS_ALLOW',
	);

const globalUnicast = ipaddr.IPv6.parse('2000::');

/** Outside of 2000::/3 lie ranges that carry an IPv4 address of anybody's choice, and some that nobody has given out. */
const isPublic = (address: ipaddr.IPv4 | ipaddr.IPv6): boolean =>
	address.range() === 'unicast' && (address.kind() === 'ipv4' || (address as ipaddr.IPv6).match(globalUnicast, 3));

function parseRange(entry: string): [ipaddr.IPv4 | ipaddr.IPv6, number] {
	try {
		if (entry.includes('/')) return ipaddr.parseCIDR(entry);
		const address = ipaddr.process(entry);
		return [address, address.kind() === 'ipv4' ? 32 : 128];
	} catch {
		throw new AppError(
			'invalid',
			'bad_egress_allow',
			`EGRESS_ALLOW has an entry that is no host, address or range: ${entry}`,
		);
	}
}
