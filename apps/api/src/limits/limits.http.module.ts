import { Module } from '@nestjs/common';
import { MeteringModule } from '#libs/metering';
import { LimitTemplatesController } from './limit-templates.controller.js';
import { LimitsController } from './limits.controller.js';

// templates first: `:id` would take their path
@Module({ imports: [MeteringModule], controllers: [LimitTemplatesController, LimitsController] })
export class LimitsHttpModule {}
