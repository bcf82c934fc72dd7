import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '#libs/database';
import { newId, SYSTEM_ORGANIZATION_ID, systemScope } from '#libs/kernel';
import { Invalidations } from '#libs/redis';
import { RuleSetRepository } from '../persistence/rule-set.repository.js';
import { SubjectsRepository } from '../persistence/subjects.repository.js';
import { FreshCache } from './fresh-cache.js';
import type { Called, Caller } from './precedence.js';
import { type BindingRules, RuleBook, type RolesRead, type RuleSet } from './rule-book.js';
import { RULES } from './rule-changes.js';

const ORGANIZATIONS_MAX = 10_000;
const NO_ROLES: RolesRead = Object.freeze({ roles: [], revision: '' });

/** Which rules bind a call. Cached in this process; a change reaches every replica by an announcement, else within five seconds. */
@Injectable()
export class RuleDirectory {
	private readonly books = new FreshCache<RuleBook<BindingRules>>('Limits and budgets', (organizationId) =>
		this.readBook(organizationId),
	);
	/** By organization, then user: looked up for every call, so that no key is put together. */
	private readonly roles = new Map<string, FreshCache<RolesRead>>();

	constructor(
		private readonly work: UnitOfWork,
		private readonly rules: RuleSetRepository,
		private readonly subjects: SubjectsRepository,
		invalidations: Invalidations,
	) {
		invalidations.on(RULES, (id) => (id === SYSTEM_ORGANIZATION_ID ? this.books.forgetAll() : this.books.forget(id)));
		invalidations.on('user', (userId) => {
			for (const ofOrganization of this.roles.values()) ofOrganization.forget(userId);
		});
	}

	/** At once when it is known; the same frozen object for the same kind of call. @throws AppError unavailable */
	of(organizationId: string, caller: Caller, called: Called): BindingRules | Promise<BindingRules> {
		const book = this.books.of(organizationId);
		const roles = caller.userId === undefined ? NO_ROLES : this.rolesIn(organizationId).of(caller.userId);
		if (!(book instanceof Promise) && !(roles instanceof Promise))
			return book.of(caller, called, roles, performance.now());
		return Promise.all([book, roles]).then(([theBook, theRoles]) =>
			theBook.of(caller, called, theRoles, performance.now()),
		);
	}

	private async readBook(organizationId: string): Promise<RuleBook<BindingRules>> {
		const set = await this.work.run(scopeOf(organizationId), (tenant) => this.rules.current(tenant));
		return new RuleBook(set, revisionOf(set), (rules) => rules);
	}

	private rolesIn(organizationId: string): FreshCache<RolesRead> {
		const known = this.roles.get(organizationId);
		if (known !== undefined) return known;
		if (this.roles.size >= ORGANIZATIONS_MAX) this.roles.clear();
		const fresh = new FreshCache<RolesRead>('Roles', (userId) => this.readRoles(organizationId, userId));
		this.roles.set(organizationId, fresh);
		return fresh;
	}

	private async readRoles(organizationId: string, userId: string): Promise<RolesRead> {
		const roles = await this.work.run(scopeOf(organizationId), (tenant) => this.subjects.rolesOf(tenant, userId));
		return { roles, revision: JSON.stringify(roles) };
	}
}

const scopeOf = (organizationId: string) => systemScope(organizationId, 'rule-directory', newId());

/** `endsAt` is computed anew with every reading; `expiresAt` says the same. */
const revisionOf = ({ limits, budgets, templates }: RuleSet): string =>
	JSON.stringify([limits, budgets, [...templates]], (name, value: unknown) => (name === 'endsAt' ? undefined : value));
