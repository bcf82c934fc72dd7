import { Controller, Get, Param } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { JobBus, type JobState } from '#libs/jobs';
import type { Scope } from '#libs/kernel';
import { CurrentScope, Requires } from '../edge/access.decorators.js';
import { Responds } from '../edge/responds.decorator.js';
import { Job, JobId } from './jobs.schemas.js';

@ApiTags('Usage')
@Controller('api/v1/jobs')
export class JobsController {
	constructor(private readonly jobs: JobBus) {}

	@Get(':id')
	@Requires('usage:rebuild') // the only jobs that people start are rebuilds of usage
	@Responds(200, Job, 'How the job is')
	state(@CurrentScope() scope: Scope, @Param('id', { schema: JobId }) id: string): Promise<JobState> {
		return this.jobs.state(scope, id);
	}
}
