import { Module } from '@nestjs/common';
import { MeteringModule } from '#libs/metering';
import { AnalyticsController } from './analytics.controller.js';

@Module({ imports: [MeteringModule], controllers: [AnalyticsController] })
export class AnalyticsHttpModule {}
