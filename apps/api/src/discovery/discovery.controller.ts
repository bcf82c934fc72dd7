import { Controller, Get, Header } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { Scope } from '#libs/kernel';
import { KnownScope, Public, PublicOrKnown } from '../edge/access.decorators.js';
import { RespondsBare } from '../edge/responds.decorator.js';
import { Discovery, Status } from './discovery.schemas.js';
import { DiscoveryService } from './discovery.service.js';

@ApiTags('Service')
@Controller()
export class DiscoveryController {
	constructor(private readonly discovery: DiscoveryService) {}

	@Get()
	@Public()
	@RespondsBare(200, Discovery, 'What is served here')
	discover(): Discovery {
		return this.discovery.discover();
	}

	@Get('status')
	@PublicOrKnown()
	@RespondsBare(200, Status, 'Which dialects are up; for holders of providers:read also the providers')
	status(@KnownScope() scope: Scope | undefined): Promise<Status> {
		return this.discovery.status(scope);
	}

	/** What Ollama's own clients look for. */
	@Get('ollama')
	@Public()
	@Header('content-type', 'text/plain; charset=utf-8')
	@ApiOkResponse({
		description: "Found by Ollama's clients",
		content: { 'text/plain': { schema: { type: 'string' } } },
	})
	ollama(): string {
		return 'Ollama is running';
	}
}
