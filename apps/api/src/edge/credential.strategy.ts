import { Strategy } from 'passport';
import { credentialIn } from './run-strategy.js';

type Done<User> = (error: unknown, user?: User | false | null) => void;

/** A passport strategy for a bare credential: whether it is good is asked of `verify`. */
export class CredentialStrategy<User extends object = object> extends Strategy {
	constructor(private readonly verify: (credential: string, done: Done<User>) => void) {
		super();
	}

	override authenticate(request: unknown): void {
		this.verify(credentialIn(request), (error, user) => {
			if (error !== null && error !== undefined) return this.error(error);
			return user ? this.success(user) : this.fail(undefined);
		});
	}
}
