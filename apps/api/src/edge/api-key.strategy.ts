import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import type { Principal } from '#libs/access';
import { KeyAuthenticator } from '#libs/keys';
import { CredentialStrategy } from './credential.strategy.js';
import { credentialIn } from './run-strategy.js';

/** API keys. Ends synchronously when the key is cached. */
@Injectable()
export class ApiKeyStrategy extends PassportStrategy(CredentialStrategy, 'api-key') {
	constructor(private readonly keys: KeyAuthenticator) {
		super();
	}

	override authenticate(request: unknown): void {
		const known = this.keys.known(credentialIn(request));
		if (known !== undefined) return this.success(known);
		super.authenticate(request);
	}

	/** What passport asks when the key is not cached. */
	override validate(credential: string): Principal | Promise<Principal> {
		return this.keys.authenticate(credential);
	}
}
