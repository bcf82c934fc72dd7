import { Injectable } from '@nestjs/common';
import type { TenantScope } from '#libs/database';
import { AppError } from '#libs/kernel';
import { MembershipRepository } from './persistence/membership.repository.js';

/** An organization that has an owner keeps one: whoever takes rights from an owner waits for everybody else who does. */
@Injectable()
export class Owners {
	constructor(private readonly memberships: MembershipRepository) {}

	/** Runs a change to what a member may do. @throws AppError conflict `last_owner`, which undoes it. */
	async keepOne<T>(tenant: TenantScope, userId: string, change: () => Promise<T>): Promise<T> {
		await this.memberships.lockOwners(tenant);
		const wasOwner = await this.memberships.isOwner(tenant, userId);
		const result = await change();
		if (wasOwner && (await this.memberships.countOwners(tenant)) === 0)
			throw new AppError('conflict', 'last_owner', 'The organization would have no owner any more');
		return result;
	}
}
