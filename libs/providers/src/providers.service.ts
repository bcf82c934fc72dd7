import { Injectable } from '@nestjs/common';
import { AuditLog } from '#libs/audit';
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
		private readonly audit: AuditLog,
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
			await this.audit.record(tenant, {
				action: 'provider.create',
				targetType: 'provider',
				targetId: created.id,
				after: created,
			});
			tenant.transaction.onCommit(() => this.invalidations.publish('providers', scope.organizationId));
			return created;
		});
	}

	/** @throws AppError missing */
	remove(scope: Scope, id: string): Promise<void> {
		return this.work.run(scope, async (tenant) => {
			const before = (await this.repository.own(tenant)).find((provider) => provider.id === id);
			if (!before || !(await this.repository.delete(tenant, id))) throw missing('The provider');
			await this.audit.record(tenant, { action: 'provider.delete', targetType: 'provider', targetId: id, before });
			tenant.transaction.onCommit(() => this.invalidations.publish('providers', scope.organizationId));
		});
	}
}
