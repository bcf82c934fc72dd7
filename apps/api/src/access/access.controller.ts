import { Body, Controller, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Scope } from '#libs/kernel';
import { AccessExplainer, type Explanation } from '#libs/keys';
import { CurrentScope, Requires } from '../edge/access.decorators.js';
import { Responds } from '../edge/responds.decorator.js';
import { AccessExplanation, ExplainAccess } from './access.schemas.js';

@ApiTags('Roles')
@Controller('api/v1/access')
export class AccessController {
	constructor(private readonly explainer: AccessExplainer) {}

	@Post('explain')
	@Requires('roles:read')
	@Responds(200, AccessExplanation, 'Whether it is allowed, and why')
	explain(
		@CurrentScope() scope: Scope,
		@Body({ schema: ExplainAccess }) { userId, keyId, projectId, ...question }: ExplainAccess,
	): Promise<Explanation> {
		return this.explainer.explain(scope, { userId, keyId, projectId }, question);
	}
}
