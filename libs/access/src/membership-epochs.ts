import { Injectable } from '@nestjs/common';
import type { TenantScope } from '#libs/database';
import { epochField, Epochs, Invalidations } from '#libs/redis';
import { MembershipRepository } from './persistence/membership.repository.js';

/** Tells every cached credential of members that what they may do has changed. */
@Injectable()
export class MembershipEpochs {
	constructor(
		private readonly memberships: MembershipRepository,
		private readonly epochs: Epochs,
		private readonly invalidations: Invalidations,
	) {}

	/** In PostgreSQL with the change; once it is committed in Redis, then every replica forgets them. */
	async raise(tenant: TenantScope, userIds: readonly string[]): Promise<void> {
		const raised = await this.memberships.raiseEpochs(tenant, userIds);
		tenant.transaction.onCommit(async () => {
			await Promise.all(
				raised.map(({ userId, epoch }) =>
					this.epochs.raise(tenant.organizationId, epochField.membership(userId), epoch),
				),
			);
			await Promise.all(raised.map(({ userId }) => this.invalidations.publish('user', userId)));
		});
	}
}
