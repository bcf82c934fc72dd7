import { AppError } from '#libs/kernel';

/** What our strategies look at, in the place of a whole request. */
interface CredentialRequest {
	readonly credential: string;
}
/** passport's types know Express's requests only. */
export const credentialIn = (request: unknown): string => (request as CredentialRequest).credential;

/** A strategy as passport calls it. */
interface Attempt<User> {
	success(user: User): void;
	error(error: unknown): void;
	fail(challenge: unknown): void;
	authenticate(request: unknown): void;
}

/**
 * Runs a passport strategy as passport does (a copy of it, with the outcome's callbacks), without its middleware: returns
 * the value itself when the strategy ends synchronously.
 * @throws what the strategy reports as an error; AppError unauthenticated when it fails
 */
export function runStrategy<User>(strategy: object, credential: string): User | Promise<User> {
	const outcome = new Outcome<User>();
	const attempt = Object.create(strategy) as Attempt<User>;
	attempt.success = (user) => outcome.succeed(user);
	attempt.error = (error) => outcome.refuse(error);
	attempt.fail = (challenge) => outcome.refuse(refusal(challenge));
	attempt.authenticate({ credential } satisfies CredentialRequest);
	return outcome.get();
}

const refusal = (challenge: unknown): AppError =>
	challenge instanceof AppError
		? challenge
		: new AppError('unauthenticated', 'invalid_token', 'The access token is not valid (any longer)', {
				cause: challenge,
			});

class Outcome<User> {
	private settled: { user: User } | { error: unknown } | undefined;
	private resolve: ((user: User) => void) | undefined;
	private reject: ((error: unknown) => void) | undefined;

	succeed(user: User): void {
		this.settled ??= { user };
		this.resolve?.(user);
	}

	refuse(error: unknown): void {
		this.settled ??= { error };
		this.reject?.(error);
	}

	get(): User | Promise<User> {
		if (this.settled === undefined)
			return new Promise((resolve, reject) => {
				this.resolve = resolve;
				this.reject = reject;
			});
		if ('user' in this.settled) return this.settled.user;
		throw this.settled.error;
	}
}
