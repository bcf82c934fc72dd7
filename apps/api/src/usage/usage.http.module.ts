import { Module } from '@nestjs/common';
import { JobsModule } from '#libs/jobs';
import { CallLedgerModule, MeteringModule } from '#libs/metering';
import { JobsController } from './jobs.controller.js';
import { LedgerMetrics } from './ledger-metrics.js';
import { UsageController } from './usage.controller.js';

@Module({
	imports: [CallLedgerModule, JobsModule, MeteringModule],
	controllers: [UsageController, JobsController],
	providers: [LedgerMetrics],
})
export class UsageHttpModule {}
