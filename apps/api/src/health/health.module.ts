import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { RedisHealthIndicator } from '#libs/redis';
import { HealthController } from './health.controller.js';
import { ReadinessChecks } from './readiness-checks.js';

@Module({
	imports: [TerminusModule.forRoot({ logger: false })], // a probe every few seconds is no news
	controllers: [HealthController],
	providers: [ReadinessChecks, RedisHealthIndicator],
})
export class HealthModule {}
