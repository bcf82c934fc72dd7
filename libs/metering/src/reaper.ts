import { Injectable, Logger } from '@nestjs/common';
import { Config } from '#libs/config';
import { RedisConnection } from '#libs/redis';
import { type Lease, unpackLease } from './lease.js';
import { leasesKey, replicaKey, reservationsKey } from './lease-keys.js';
import { ledgerRow } from './ledger-row.js';
import { unpackReservation } from './limiting/meters.js';
import { type Ended, settlementOf } from './limiting/settlement.js';
import { OrganizationWalk } from './persistence/organization-walk.js';
import { chargeOf } from './prices/charge.js';
import { PriceBook } from './prices/price-book.js';
import { UsageLedger } from './persistence/usage-ledger.js';
import { isExpired, type Moment, outcomeOf } from './reaping.js';

const PAGE = 500;

/**
 * Writes the ledger rows of calls whose process is gone, from their leases. Safe to run twice, at once, and beside a
 * process that only seemed to be gone: the ledger takes each call once, and an exact row after an estimate corrects it.
 */
@Injectable()
export class Reaper {
	private readonly logger = new Logger('Reaper');
	private readonly timeoutMs: number;

	constructor(
		config: Config,
		private readonly redis: RedisConnection,
		private readonly organizations: OrganizationWalk,
		private readonly ledger: UsageLedger,
		private readonly prices: PriceBook,
	) {
		this.timeoutMs = config.metering.REPLICA_TIMEOUT_MS;
	}

	/** Returns how many leases were settled. */
	async reap(): Promise<number> {
		const moment = await this.moment();
		const alive = new Map<string, boolean>();
		const ids = await this.organizations.ids();
		const sizes = await Promise.all(ids.map((id) => this.redis.client.hlen(leasesKey(id))));
		let reaped = 0;
		for (const [at, organizationId] of ids.entries())
			if (sizes[at] !== 0) reaped += await this.reapOrganization(organizationId, moment, alive);
		return reaped;
	}

	private async reapOrganization(organizationId: string, moment: Moment, alive: Map<string, boolean>): Promise<number> {
		let reaped = 0;
		let cursor = '0';
		do {
			const [next, entries] = await this.redis.client.hscan(leasesKey(organizationId), cursor, 'COUNT', PAGE);
			cursor = next;
			const leases = this.read(entries);
			await this.learn([...leases.values()], alive);
			const due = [...leases].filter(([, lease]) => isExpired(lease, alive.get(lease.replicaId) ?? false, moment));
			await this.write(organizationId, due);
			reaped += due.length;
		} while (cursor !== '0');
		return reaped;
	}

	private async write(organizationId: string, due: readonly (readonly [string, Lease])[]): Promise<void> {
		if (due.length === 0) return;
		const prices = await this.prices.of(organizationId);
		const calls = due.map(([eventId, lease]) => {
			const ended = outcomeOf(lease);
			const cost = ended.cost ?? chargeOf(prices, lease.start, lease.occurredAtMs, ended);
			return { ...lease, eventId, start: { ...lease.start, organizationId }, outcome: { ...ended, cost } };
		});
		await this.ledger.append(calls.map(ledgerRow));
		await this.giveBack(organizationId, calls);
		await this.redis.client.hdel(leasesKey(organizationId), ...due.map(([eventId]) => eventId));
	}

	/** What dead calls still hold of their limits. */
	private async giveBack(
		organizationId: string,
		calls: readonly Omit<Ended, 'reservation' | 'packed'>[],
	): Promise<void> {
		const held = await this.redis.client.hmget(reservationsKey(organizationId), ...calls.map(({ eventId }) => eventId));
		for (const [at, { eventId, start, outcome }] of calls.entries()) {
			const text = held[at];
			if (text === null || text === undefined) continue;
			const ended = { eventId, start, outcome, reservation: unpackReservation(text), packed: '' };
			const { script, keysAndArguments, keyCount } = settlementOf(ended);
			await script.run(this.redis.client, keysAndArguments, keyCount);
		}
	}

	private read(entries: readonly string[]): Map<string, Lease> {
		const leases = new Map<string, Lease>();
		for (let at = 0; at < entries.length; at += 2)
			try {
				leases.set(entries[at] as string, unpackLease(entries[at + 1] as string));
			} catch (error) {
				this.logger.error(`An unreadable lease stays where it is: ${entries[at]} (${String(error)})`);
			}
		return leases;
	}

	private async learn(leases: readonly Lease[], alive: Map<string, boolean>): Promise<void> {
		const unknown = [...new Set(leases.map(({ replicaId }) => replicaId))].filter((id) => !alive.has(id));
		await Promise.all(unknown.map(async (id) => alive.set(id, (await this.redis.client.exists(replicaKey(id))) === 1)));
	}

	private async moment(): Promise<Moment> {
		const [time, server] = await Promise.all([this.redis.client.time(), this.redis.client.info('server')]);
		const upSeconds = Number(/uptime_in_seconds:(\d+)/.exec(server)?.[1] ?? 0);
		return {
			nowMs: Number(time[0]) * 1_000 + Math.floor(Number(time[1]) / 1_000),
			isSilenceMeaningful: upSeconds * 1_000 >= this.timeoutMs,
			timeoutMs: this.timeoutMs,
		};
	}
}
