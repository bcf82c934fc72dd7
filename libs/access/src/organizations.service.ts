import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AuditLog } from '#libs/audit';
import { type TenantScope, UnitOfWork } from '#libs/database';
import { AppError, missing, type Scope } from '#libs/kernel';
import { Invalidations } from '#libs/redis';
import {
	type Organization,
	type OrganizationChange,
	OrganizationRepository,
} from './persistence/organization.repository.js';
import { ProjectRepository } from './persistence/project.repository.js';

@Injectable()
export class OrganizationsService {
	constructor(
		private readonly work: UnitOfWork,
		private readonly organizations: OrganizationRepository,
		private readonly audit: AuditLog,
		private readonly projects: ProjectRepository,
		private readonly invalidations: Invalidations,
	) {}

	/** The one the scope is in. */
	async current(scope: Scope): Promise<Organization> {
		return this.work.run(scope, (tenant) => this.read(tenant));
	}

	/** The slug stays, since commands and links use it. @throws AppError invalid `unknown_time_zone` */
	async update(scope: Scope, change: OrganizationChange): Promise<Organization> {
		return this.work.run(scope, async (tenant) => {
			const before = await this.read(tenant);
			if (change.timeZone !== undefined && !(await this.organizations.knowsZone(tenant, change.timeZone)))
				throw unknownZone();
			await this.organizations.update(tenant, change);
			const after = await this.read(tenant);
			for (const topic of ['aliases', 'prices', 'rules'])
				tenant.transaction.onCommit(() => this.invalidations.publish(topic, after.id));
			await this.audit.record(tenant, {
				action: 'organization.update',
				targetType: 'organization',
				targetId: after.id,
				before,
				after,
			});
			return after;
		});
	}

	/** A new one with its default project. Its id is the scope's, its slug made from the name. */
	async found(tenant: TenantScope, name: string): Promise<void> {
		await this.organizations.insert(tenant, { name, slug: slugOf(name) });
		await this.projects.insertDefault(tenant);
	}

	private async read(tenant: TenantScope): Promise<Organization> {
		const organization = await this.organizations.current(tenant);
		if (!organization) throw missing('Organization');
		return organization;
	}
}

const unknownZone = (): AppError =>
	new AppError('invalid', 'unknown_time_zone', 'There is no such time zone', {
		details: [{ field: 'timeZone', code: 'unknown_time_zone', message: 'is no time zone' }],
	});

const SLUG_MAX = 40;

/** Readable and of nobody else: the name's letters and digits, and some random ones. */
function slugOf(name: string): string {
	const letters = name
		.normalize('NFKD')
		.replaceAll(/\p{M}+/gu, '')
		.toLowerCase()
		.replaceAll(/[^a-z0-9]+/g, '-')
		.replaceAll(/^-+|(?<!-)-+$/g, '');
	return `${letters.slice(0, SLUG_MAX) || 'organization'}-${randomBytes(4).toString('hex')}`;
}
