import { Injectable } from '@nestjs/common';
import { AppError } from '#libs/kernel';
import { chooseOrganization } from './choose-organization.js';
import { PasswordHasher } from './password-hasher.js';
import { type Login, UserRepository } from './persistence/user.repository.js';
import { type Client, SessionsService, type StartedSession } from './sessions.service.js';

export interface LoginInput {
	readonly email: string;
	readonly password: string;
	/** Where to act; by default where the last login did. */
	readonly organizationId?: string | undefined;
}

/** From a password to a session. */
@Injectable()
export class LoginService {
	constructor(
		private readonly users: UserRepository,
		private readonly hasher: PasswordHasher,
		private readonly sessions: SessionsService,
	) {}

	/**
	 * @throws AppError unauthenticated `invalid_credentials`: the same for an unknown address, a wrong password and a disabled
	 * account, each after the same work; denied `not_a_member`; throttled.
	 */
	async login(input: LoginInput, client: Client): Promise<StartedSession> {
		const login = await this.users.findLogin(input.email);
		const isRight = await this.isPassword(login, input.password);
		if (!login || !isRight || login.status !== 'active')
			throw new AppError('unauthenticated', 'invalid_credentials', 'E-mail address or password is wrong');
		return this.sessions.start(login.id, chooseOrganization(login, input.organizationId), client);
	}

	private async isPassword(login: Login | undefined, password: string): Promise<boolean> {
		const stored = login?.passwordHash ?? null;
		return stored === null ? this.hasher.verifyNothing(password) : this.hasher.verify(password, stored);
	}
}
