import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type PublicKey, SigningKeys } from '#libs/identity';
import { Public } from '../edge/access.decorators.js';
import { RespondsBare } from '../edge/responds.decorator.js';
import { JsonWebKeySet } from './jwks.schemas.js';

@ApiTags('Signing in')
@Controller('.well-known')
export class JwksController {
	constructor(private readonly keys: SigningKeys) {}

	@Get('jwks.json')
	@Public()
	@RespondsBare(200, JsonWebKeySet, 'The public keys of access tokens; the first one signs')
	keySet(): { keys: readonly PublicKey[] } {
		return { keys: this.keys.published };
	}
}
