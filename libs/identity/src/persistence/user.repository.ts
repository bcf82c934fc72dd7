import { Injectable } from '@nestjs/common';
import { type Page, type PageRequest, pageOf } from '#libs/access';
import { type TenantScope, UnitOfWork, violatedUnique } from '#libs/database';
import { AppError, storableText } from '#libs/kernel';
import { UserEntity } from './user.entity.js';

/** A person as their organization sees them. */
export interface User {
	readonly id: string;
	readonly email: string;
	readonly name: string;
	/** Of the account, in every organization. */
	readonly status: 'active' | 'disabled';
	/** In this organization. */
	readonly membershipStatus: 'active' | 'suspended';
	readonly roles: readonly string[];
	/** The account is closed, and erased after this. */
	readonly deleteAfter: Date | null;
	readonly createdAt: Date;
}

/** All that is given must fit. */
export interface UserFilter {
	/** Part of address or name, in whatever case. */
	readonly search?: string | undefined;
	readonly status?: User['status'] | undefined;
	readonly membershipStatus?: User['membershipStatus'] | undefined;
	/** Name of a role that they have. */
	readonly role?: string | undefined;
}

/** An account as its owner sees it, wherever they act. */
export interface AccountRow {
	readonly id: string;
	readonly email: string;
	readonly name: string;
	readonly status: 'active' | 'disabled';
	readonly deleteAfter: Date | null;
}

/** Of whatever organization: whom an address belongs to, and where that person is at home. */
export interface KnownAccount {
	readonly id: string;
	readonly email: string;
	readonly status: 'active' | 'disabled';
	readonly organizationId: string;
}

/** What decides about a login, of whatever organization. */
export interface Login {
	readonly id: string;
	readonly passwordHash: string | null;
	readonly status: 'active' | 'disabled';
	readonly lastOrganizationId: string | null;
	/** Of active memberships, oldest first. */
	readonly organizationIds: readonly string[];
}

export interface NewAccount {
	readonly id: string;
	readonly email: string;
	readonly name: string;
	/** `null`: nobody can sign in by password yet. */
	readonly passwordHash: string | null;
	/** Its owner has proven that they read mails to the address. */
	readonly isVerified?: boolean;
}

const emailTaken = (error: unknown): unknown =>
	violatedUnique(error) === 'users_email'
		? new AppError('conflict', 'email_taken', 'This e-mail address has an account already', { cause: error })
		: error;

const members = `SELECT u.id, u.email, u.name, u.status, m.status AS "membershipStatus", u.delete_after AS "deleteAfter", u.created_at AS "createdAt",
		ARRAY(SELECT r.name FROM user_roles a JOIN roles r ON r.organization_id = a.role_organization_id AND r.id = a.role_id
			WHERE a.organization_id = m.organization_id AND a.user_id = m.user_id AND (a.expires_at IS NULL OR a.expires_at > now())
			ORDER BY r.name) AS roles
	FROM memberships m JOIN users u ON u.id = m.user_id WHERE m.organization_id = $1 AND u.kind = 'person'`;

@Injectable()
export class UserRepository {
	constructor(private readonly work: UnitOfWork) {}

	async findLogin(email: string): Promise<Login | undefined> {
		const [row] = await this.work.callDefiner<Login>(
			`SELECT id, password_hash AS "passwordHash", status, last_organization_id AS "lastOrganizationId",
				organization_ids AS "organizationIds" FROM find_login($1)`,
			[email],
		);
		return row;
	}

	async findAccount(email: string): Promise<KnownAccount | undefined> {
		const [row] = await this.work.callDefiner<KnownAccount>(
			'SELECT id, email, status, organization_id AS "organizationId" FROM find_account($1)',
			[email],
		);
		return row;
	}

	/** Whether somebody signed in to that account from there before. */
	async isKnownClient(email: string, ip: string): Promise<boolean> {
		const [row] = await this.work.callDefiner<{ known: boolean }>('SELECT is_known_client($1, $2) AS known', [
			email,
			ip,
		]);
		return row?.known ?? false;
	}

	/** In a scope of that user, or of an organization of theirs. */
	async findOwn(scope: TenantScope, id: string): Promise<AccountRow | undefined> {
		const row = await scope.transaction.manager.findOne(UserEntity, {
			select: { id: true, email: true, name: true, status: true, deleteAfter: true },
			where: { id },
		});
		return row ?? undefined;
	}

	/** In all organizations, suspended ones too. */
	async countMemberships(userId: string): Promise<number> {
		const [row] = await this.work.callDefiner<{ memberships: number }>('SELECT count_memberships($1) AS memberships', [
			userId,
		]);
		return row?.memberships ?? 0;
	}

	async page(scope: TenantScope, { limit, after }: PageRequest, filter: UserFilter): Promise<Page<User>> {
		const rows = await scope.transaction.manager.query<User[]>(
			`SELECT * FROM (${members}) m WHERE ($2::uuid IS NULL OR id > $2)
				AND ($3::text IS NULL OR position(lower($3) IN lower(email || ' ' || name)) > 0)
				AND ($4::text IS NULL OR status = $4) AND ($5::text IS NULL OR "membershipStatus" = $5)
				AND ($6::text IS NULL OR $6 = ANY (roles)) ORDER BY id LIMIT $7`,
			[
				scope.organizationId,
				after ?? null,
				filter.search === undefined ? null : storableText(filter.search),
				filter.status ?? null,
				filter.membershipStatus ?? null,
				filter.role === undefined ? null : storableText(filter.role),
				limit + 1,
			],
		);
		return pageOf(rows, limit);
	}

	async find(scope: TenantScope, id: string): Promise<User | undefined> {
		const [row] = await scope.transaction.manager.query<User[]>(`${members} AND m.user_id = $2`, [
			scope.organizationId,
			id,
		]);
		return row;
	}

	/** Without RETURNING: a user is visible only once they are a member. @throws AppError conflict `email_taken` */
	async insert(scope: TenantScope, { isVerified = false, ...user }: NewAccount): Promise<void> {
		const row = {
			...user,
			name: storableText(user.name),
			lastOrganizationId: scope.organizationId,
			...(isVerified ? { emailVerifiedAt: () => 'now()' } : {}),
		};
		const insert = scope.transaction.manager.createQueryBuilder().insert().into(UserEntity);
		try {
			await insert.values(row).updateEntity(false).execute();
		} catch (error) {
			throw emailTaken(error);
		}
	}

	async setPassword(scope: TenantScope, id: string, passwordHash: string): Promise<void> {
		await scope.transaction.manager.update(UserEntity, { id }, { passwordHash, updatedAt: () => 'now()' });
	}

	/** To one that was proven. @throws AppError conflict `email_taken` */
	async changeEmail(scope: TenantScope, id: string, email: string): Promise<void> {
		const to = { email, emailVerifiedAt: () => 'now()', updatedAt: () => 'now()' };
		try {
			await scope.transaction.manager.update(UserEntity, { id }, to);
		} catch (error) {
			throw emailTaken(error);
		}
	}

	async change(
		scope: TenantScope,
		id: string,
		to: Partial<Pick<User, 'name' | 'status' | 'deleteAfter'>>,
	): Promise<void> {
		await scope.transaction.manager.update(
			UserEntity,
			{ id },
			{
				...(to.name === undefined ? {} : { name: storableText(to.name) }),
				...(to.status === undefined ? {} : { status: to.status }),
				...(to.deleteAfter === undefined ? {} : { deleteAfter: to.deleteAfter }),
				updatedAt: () => 'now()',
			},
		);
	}

	/** Organizations in which nobody else who may act is an owner. Waits for everybody else who takes rights from owners there. */
	async soleOwnerships(scope: TenantScope, id: string): Promise<string[]> {
		const rows = await scope.transaction.manager.query<{ id: string }[]>('SELECT id FROM sole_ownerships($1) AS id', [
			id,
		]);
		return rows.map((row) => row.id);
	}

	async exportAccount(scope: TenantScope, id: string): Promise<Record<string, unknown>> {
		const [row] = await scope.transaction.manager.query<{ all: Record<string, unknown> }[]>(
			'SELECT export_account($1) || export_account_rules($1) || export_account_conversations($1) || export_account_prompts($1) AS all',
			[id],
		);
		return row?.all ?? {};
	}

	/** Accounts whose grace period is over, and an organization to record their erasure in. */
	async dueForErasure(limit: number): Promise<{ id: string; organizationId: string }[]> {
		return this.work.callDefiner('SELECT id, organization_id AS "organizationId" FROM accounts_to_erase($1)', [limit]);
	}

	/** Everything that is kept about a person, in every table. False: the account is not due (any more). */
	async erase(scope: TenantScope, id: string): Promise<boolean> {
		const [row] = await scope.transaction.manager.query<{ erased: boolean }[]>('SELECT erase_account($1) AS erased', [
			id,
		]);
		return row?.erased === true;
	}

	/** Where the next login goes. In a scope of that user. */
	async rememberOrganization(scope: TenantScope, id: string): Promise<void> {
		await scope.transaction.manager.update(
			UserEntity,
			{ id },
			{ lastOrganizationId: scope.organizationId, updatedAt: () => 'now()' },
		);
	}
}
