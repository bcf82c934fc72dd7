import { Injectable } from '@nestjs/common';
import { Strategy } from 'passport';
import { KeyAuthenticator } from '#libs/keys';
import { credentialIn } from './run-strategy.js';

/** API keys. Ends synchronously when the key is cached. */
@Injectable()
export class ApiKeyStrategy extends Strategy {
	override readonly name = 'api-key';

	constructor(private readonly keys: KeyAuthenticator) {
		super();
	}

	override authenticate(request: unknown): void {
		const principal = this.keys.authenticate(credentialIn(request));
		if (!(principal instanceof Promise)) return this.success(principal);
		principal.then(
			(loaded) => this.success(loaded),
			(error: Error) => this.error(error),
		);
	}
}
