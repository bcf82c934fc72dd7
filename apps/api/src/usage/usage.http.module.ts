import { Module } from '@nestjs/common';
import { JobsModule } from '#libs/jobs';
import { MeteringModule } from '#libs/metering';
import { JobsController } from './jobs.controller.js';
import { UsageController } from './usage.controller.js';

@Module({ imports: [JobsModule, MeteringModule], controllers: [UsageController, JobsController] })
export class UsageHttpModule {}
