import { Injectable } from '@nestjs/common';
import { type AuditEntry, AuditLog } from '#libs/audit';
import { type TenantScope, UnitOfWork } from '#libs/database';
import { isUuid, missing, type Page, pageOf, type PageRequest, type Scope } from '#libs/kernel';
import { Invalidations } from '#libs/redis';
import { PricePagesRepository } from '../persistence/price-pages.repository.js';
import { PricesRepository } from '../persistence/prices.repository.js';
import { PRICES } from './price-book.js';
import { changeTo, demandChange, demandPrice } from './price-rules.js';
import type { PriceChange, PriceFilter, PriceInput, PriceRecord } from './price-record.js';
import { shippedPage } from './shipped-page.js';

/** What became of the rows of an import. */
export interface PriceImport {
	readonly created: number;
	readonly updated: number;
	readonly unchanged: number;
}

/** What an organization pays: its own prices and mark-ups, over the installation's and the shipped list. */
@Injectable()
export class PricesService {
	constructor(
		private readonly work: UnitOfWork,
		private readonly prices: PricesRepository,
		private readonly pages: PricePagesRepository,
		private readonly audit: AuditLog,
		private readonly invalidations: Invalidations,
	) {}

	/** The organization's and the installation's, newest first; then the shipped list. */
	async list(scope: Scope, filter: PriceFilter, { limit, after }: PageRequest): Promise<Page<PriceRecord>> {
		const isInList = after !== undefined && !isUuid(after);
		const stored = isInList
			? []
			: await this.work.run(scope, (tenant) => this.pages.page(tenant, filter, after, limit + 1));
		const shipped = shippedPage(filter, isInList ? after : undefined, limit + 1 - stored.length);
		return pageOf([...stored, ...shipped], limit);
	}

	/** The organization's own, or one of the installation's. @throws AppError missing */
	get(scope: Scope, id: string): Promise<PriceRecord> {
		return this.work.run(scope, async (tenant) => present(await this.prices.find(tenant, id)));
	}

	/** @throws AppError invalid; missing for a provider that is not there for the organization; conflict */
	create(scope: Scope, input: PriceInput): Promise<PriceRecord> {
		demandPrice(input);
		return this.work.run(scope, async (tenant) => {
			if (input.providerId !== null && !(await this.prices.hasProvider(tenant, input.providerId)))
				throw missing('The provider');
			const after = present(await this.prices.find(tenant, await this.prices.insert(tenant, input), true));
			await this.changed(tenant, { ...target('price.create', after.id), after });
			return after;
		});
	}

	/** Calls that have been charged stay charged as they were. @throws AppError missing, invalid */
	update(scope: Scope, id: string, change: PriceChange): Promise<PriceRecord> {
		return this.work.run(scope, async (tenant) => {
			const before = present(await this.prices.find(tenant, id, true));
			demandChange(before, change);
			await this.prices.update(tenant, id, change);
			const after = present(await this.prices.find(tenant, id, true));
			await this.changed(tenant, { ...target('price.update', id), before, after });
			return after;
		});
	}

	/** From now on the table below counts. @throws AppError missing */
	remove(scope: Scope, id: string): Promise<void> {
		return this.work.run(scope, async (tenant) => {
			const before = present(await this.prices.find(tenant, id, true));
			await this.prices.delete(tenant, id);
			await this.changed(tenant, { ...target('price.delete', id), before });
		});
	}

	/** Makes or changes each, all or none; one that says the same already is left alone. @throws AppError as `create` and `update` */
	import(scope: Scope, inputs: readonly PriceInput[]): Promise<PriceImport> {
		return this.work.run(scope, async (tenant) => {
			const counts = { created: 0, updated: 0, unchanged: 0 };
			for (const input of inputs) counts[await this.set(tenant, input)]++;
			return counts;
		});
	}

	private async set(tenant: TenantScope, input: PriceInput): Promise<keyof PriceImport> {
		demandPrice(input);
		const there = await this.prices.inPlace(tenant, input);
		if (there === undefined) {
			await this.create(tenant, input);
			return 'created';
		}
		const change = changeTo(there, input);
		if (change === undefined) return 'unchanged';
		await this.update(tenant, there.id, change);
		return 'updated';
	}

	private async changed(tenant: TenantScope, entry: AuditEntry): Promise<void> {
		await this.audit.record(tenant, entry);
		tenant.transaction.onCommit(() => this.invalidations.publish(PRICES, tenant.organizationId));
	}
}

function present(price: PriceRecord | undefined): PriceRecord {
	if (price === undefined) throw missing('The price');
	return price;
}

const target = <Action extends string>(action: Action, targetId: string) =>
	({ action, targetType: 'price', targetId }) as const;
