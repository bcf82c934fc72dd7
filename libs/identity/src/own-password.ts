import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '#libs/database';
import { AppError, missing, type Scope, userIdOf } from '#libs/kernel';
import { LoginThrottle } from './login-throttle.js';
import { PasswordHasher } from './password-hasher.js';
import { type AccountRow, UserRepository } from './persistence/user.repository.js';
import { SessionRepository } from './persistence/session.repository.js';

/** How long a password that was given counts for what is sensitive. */
const FRESH_MS = 5 * 60_000;

/** Proves again that whoever holds a session is its owner. */
@Injectable()
export class OwnPassword {
	constructor(
		private readonly work: UnitOfWork,
		private readonly users: UserRepository,
		private readonly sessions: SessionRepository,
		private readonly hasher: PasswordHasher,
		private readonly throttle: LoginThrottle,
	) {}

	/** Returns whose it is. @throws AppError denied `wrong_password`; throttled `too_many_attempts` */
	async prove(scope: Scope, password: string): Promise<AccountRow> {
		const userId = userIdOf(scope) ?? '';
		const attempt = await this.throttle.enterAs(userId);
		const user = await this.work.run(scope, (tenant) => this.users.findOwn(tenant, userId));
		if (!user) throw missing('User');
		const login = await this.users.findLogin(user.email);
		if (!(await this.hasher.matches(password, login?.passwordHash)))
			throw new AppError('denied', 'wrong_password', 'The current password is not right');
		await this.throttle.succeeded(attempt);
		return user;
	}

	/** The next five minutes the session may do what is sensitive. @throws AppError like `prove` */
	async reauthenticate(scope: Scope, password: string): Promise<void> {
		await this.prove(scope, password);
		const sessionId = sessionIdOf(scope);
		await this.work.run(scope, (tenant) => this.sessions.authenticated(tenant, sessionId));
	}

	/**
	 * Keys have no password to give: what they may do was decided when they were made.
	 * @throws AppError denied `reauthentication_required` for a session whose password was given longer ago.
	 */
	async demandFresh(scope: Scope): Promise<void> {
		if (scope.actor.kind !== 'user') return;
		const { sessionId } = scope.actor;
		const isFresh = await this.work.run(scope, (tenant) => this.sessions.isFresh(tenant, sessionId, FRESH_MS));
		if (!isFresh)
			throw new AppError(
				'denied',
				'reauthentication_required',
				'Give your password again: POST /api/v1/auth/reauthenticate, at most five minutes before',
			);
	}
}

const sessionIdOf = ({ actor }: Scope): string => (actor.kind === 'user' ? actor.sessionId : '');
