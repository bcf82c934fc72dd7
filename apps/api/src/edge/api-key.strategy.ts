import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import type { Principal } from '#libs/access';
import { KeyAuthenticator } from '#libs/keys';
import { CredentialStrategy } from './credential.strategy.js';

/** API keys that are not cached; those that are need no strategy. */
@Injectable()
export class ApiKeyStrategy extends PassportStrategy(CredentialStrategy, 'api-key') {
	constructor(private readonly keys: KeyAuthenticator) {
		super();
	}

	/** What passport asks. */
	override validate(credential: string): Principal | Promise<Principal> {
		return this.keys.authenticate(credential);
	}
}
