import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { VERSION } from '#libs/telemetry';
import { Public } from '../edge/access.decorators.js';
import { SERVICE } from '../edge/error-body.js';
import { RespondsBare } from '../edge/responds.decorator.js';
import { Health } from './health.schemas.js';

/** Nothing more on the public port; probes and metrics are on the management port. */
@ApiTags('Service')
@Controller()
export class HealthController {
	@Get('health')
	@Public()
	@RespondsBare(200, Health, 'The process answers')
	health(): Health {
		return { status: 'healthy', service: SERVICE, version: VERSION };
	}
}
