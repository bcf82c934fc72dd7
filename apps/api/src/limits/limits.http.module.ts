import { Module } from '@nestjs/common';
import { MeteringModule } from '#libs/metering';
import { EffectiveLimitsController } from './effective-limits.controller.js';
import { LimitTemplatesController } from './limit-templates.controller.js';
import { LimitsController } from './limits.controller.js';

@Module({
	imports: [MeteringModule],
	controllers: [EffectiveLimitsController, LimitTemplatesController, LimitsController],
})
export class LimitsHttpModule {}
