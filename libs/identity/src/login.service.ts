import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '#libs/database';
import { AppError } from '#libs/kernel';
import { chooseOrganization } from './choose-organization.js';
import { anonymousScope, type Client } from './client.js';
import { LoginThrottle } from './login-throttle.js';
import { PasswordHasher } from './password-hasher.js';
import { type Login, UserRepository } from './persistence/user.repository.js';
import { SecurityEvents } from './security-events.js';

export interface LoginInput {
	readonly email: string;
	readonly password: string;
	/** Where to act; by default where the last login did. */
	readonly organizationId?: string | undefined;
}

/** Who has proven to be who, and where they are going to act. */
export interface ProvenLogin {
	readonly userId: string;
	readonly organizationId: string;
}

/** From a password to somebody. */
@Injectable()
export class LoginService {
	constructor(
		private readonly work: UnitOfWork,
		private readonly users: UserRepository,
		private readonly hasher: PasswordHasher,
		private readonly throttle: LoginThrottle,
		private readonly events: SecurityEvents,
	) {}

	/**
	 * @throws AppError unauthenticated `invalid_credentials`: the same for an unknown address, a wrong password and a disabled
	 * account, each after the same work; denied `not_a_member`; throttled `too_many_attempts`, `too_many_logins`.
	 */
	async prove(input: LoginInput, client: Client): Promise<ProvenLogin> {
		const attempt = await this.throttle.enter(input.email, client);
		const login = await this.users.findLogin(input.email);
		const isRight = await this.hasher.matches(input.password, login?.passwordHash);
		if (!login || !isRight || login.status !== 'active') {
			await this.recordFailure(login, client);
			throw new AppError('unauthenticated', 'invalid_credentials', 'E-mail address or password is wrong');
		}
		await this.throttle.succeeded(attempt);
		return { userId: login.id, organizationId: chooseOrganization(login, input.organizationId) };
	}

	/** Of somebody nobody knows: in the system organization. */
	private async recordFailure(login: Login | undefined, client: Client): Promise<void> {
		const organizationId = login?.lastOrganizationId ?? login?.organizationIds[0];
		await this.work.run(anonymousScope('login', client, organizationId), (tenant) =>
			this.events.failed(tenant, 'auth.login', login?.id ?? null),
		);
	}
}
