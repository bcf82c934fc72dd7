import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { JobsModule } from '#libs/jobs';
import { CallLedger } from './call-ledger.js';
import { Heartbeat } from './heartbeat.js';
import { LeaseStore } from './lease-store.js';
import { LedgerFlusher } from './ledger-flusher.js';
import { BudgetEntity } from './persistence/budget.entity.js';
import { LimitEntity } from './persistence/limit.entity.js';
import { LimitTemplateEntity } from './persistence/limit-template.entity.js';
import { OrganizationWalk } from './persistence/organization-walk.js';
import { UsageEventEntity } from './persistence/usage-event.entity.js';
import { UsageLedger } from './persistence/usage-ledger.js';
import { UsageOpenWindowEntity } from './persistence/usage-open-window.entity.js';
import { UsageReportsRepository } from './persistence/usage-reports.repository.js';
import { UsageRollupEntity } from './persistence/usage-rollup.entity.js';
import { UsageRollupsRepository } from './persistence/usage-rollups.repository.js';
import { UsagePartitions } from './persistence/usage-partitions.js';
import { Reaper } from './reaper.js';
import { RollupService } from './rollup.service.js';
import { UsageService } from './usage.service.js';

const entities = [
	BudgetEntity,
	LimitEntity,
	LimitTemplateEntity,
	UsageEventEntity,
	UsageOpenWindowEntity,
	UsageRollupEntity,
];

/** The ledger at rest: reports, rollups, and the reaper. For any process. */
@Module({
	imports: [TypeOrmModule.forFeature(entities), JobsModule],
	providers: [
		OrganizationWalk,
		Reaper,
		RollupService,
		UsageLedger,
		UsagePartitions,
		UsageReportsRepository,
		UsageRollupsRepository,
		UsageService,
	],
	exports: [OrganizationWalk, Reaper, RollupService, UsageLedger, UsagePartitions, UsageService],
})
export class MeteringModule {}

/** The ledger at work, with a heartbeat: only for a process that admits calls. */
@Module({
	imports: [MeteringModule],
	providers: [CallLedger, Heartbeat, LeaseStore, LedgerFlusher],
	exports: [CallLedger, LedgerFlusher],
})
export class CallLedgerModule {}
