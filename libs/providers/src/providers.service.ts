import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '#libs/database';
import { AppError, missing, type Scope } from '#libs/kernel';
import { Invalidations } from '#libs/redis';
import { adapterOfKind } from './adapters.js';
import { type NewProvider, ProviderRepository, type ProviderRecord } from './persistence/provider.repository.js';

/** Upstream connections of an organization. Credentials go in and never come out. */
@Injectable()
export class ProvidersService {
	constructor(
		private readonly work: UnitOfWork,
		private readonly repository: ProviderRepository,
		private readonly invalidations: Invalidations,
	) {}

	list(scope: Scope): Promise<ProviderRecord[]> {
		return this.work.run(scope, (tenant) => this.repository.own(tenant));
	}

	/** @throws AppError conflict when the name is taken, invalid `unsupported_kind` */
	async create(scope: Scope, input: NewProvider): Promise<ProviderRecord> {
		if (adapterOfKind(input.kind) === undefined)
			throw new AppError('invalid', 'unsupported_kind', `Upstreams of kind ${input.kind} are not served`, {
				details: [{ field: 'kind', code: 'not_allowed', message: 'is not served by this release' }],
			});
		return this.work.run(scope, async (tenant) => {
			const created = await this.repository.insert(tenant, input);
			tenant.transaction.onCommit(() => this.invalidations.publish('providers', scope.organizationId));
			return created;
		});
	}

	/** @throws AppError missing */
	remove(scope: Scope, id: string): Promise<void> {
		return this.work.run(scope, async (tenant) => {
			if (!(await this.repository.delete(tenant, id))) throw missing('The provider');
			tenant.transaction.onCommit(() => this.invalidations.publish('providers', scope.organizationId));
		});
	}
}
