import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { AppError, type Scope, userIdOf } from '#libs/kernel';

/** A scope inside a transaction whose tenant is set. What repositories take: a query without a tenant does not compile. */
export interface TenantScope extends Scope {
	readonly transaction: Transaction;
}

/** Opaque: only `UnitOfWork` makes one. */
export class Transaction {
	private readonly afterCommit: (() => void | Promise<void>)[] = [];
	constructor(readonly manager: EntityManager) {}
	/** Runs once the transaction is committed, in order; for what may be lost: cache eviction, notifications, metrics. */
	onCommit(effect: () => void | Promise<void>): void {
		this.afterCommit.push(effect);
	}
	async committed(): Promise<void> {
		for (const effect of this.afterCommit) await effect();
	}
}

/**
 * The one way to open a transaction. Sets organization and user for row-level security, for this transaction only; nested
 * calls join. Never hold one over a call to an upstream.
 */
@Injectable()
export class UnitOfWork {
	/** Told how many milliseconds each transaction took, with its commit or rollback. */
	onOver: ((milliseconds: number) => void) | undefined;

	constructor(private readonly source: DataSource) {}

	async run<T>(scope: Scope, work: (scope: TenantScope) => Promise<T>): Promise<T> {
		if (scope.transaction !== undefined) return work(joined(scope));
		const began = performance.now();
		const opening = this.source.transaction(async (manager) => {
			await manager.query(`SELECT set_config('app.organization_id', $1, true), set_config('app.user_id', $2, true)`, [
				scope.organizationId,
				userIdOf(scope) ?? '',
			]);
			const opened = new Transaction(manager);
			return { transaction: opened, result: await work(Object.freeze({ ...scope, transaction: opened })) };
		});
		const { transaction, result } = await opening.finally(() => this.onOver?.(performance.now() - began));
		await transaction.committed();
		return result;
	}

	/** Calls a function that crosses tenants; the list of such functions is in the migrations. */
	async callDefiner<Row>(sql: string, parameters: readonly unknown[]): Promise<Row[]> {
		return this.source.query<Row[]>(sql, [...parameters]);
	}
}

function joined(scope: Scope): TenantScope {
	if (!(scope.transaction instanceof Transaction))
		throw new AppError('bug', 'foreign_transaction', 'Not a transaction of ours');
	return scope as TenantScope;
}
