import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditModule } from '#libs/audit';
import { JobsModule } from '#libs/jobs';
import { AnalyticsService } from './analytics.service.js';
import { CallLedger } from './call-ledger.js';
import { Heartbeat } from './heartbeat.js';
import { LeaseStore } from './lease-store.js';
import { LedgerFlusher } from './ledger-flusher.js';
import { BudgetBook } from './limiting/budget-book.js';
import { Verdicts } from './limiting/verdicts.js';
import { LocalLimits } from './limiting/local-limits.js';
import { MeterBook } from './limiting/meter-book.js';
import { BudgetsRepository } from './persistence/budgets.repository.js';
import { BudgetEntity } from './persistence/budget.entity.js';
import { LimitEntity } from './persistence/limit.entity.js';
import { LimitTemplatesRepository } from './persistence/limit-templates.repository.js';
import { LimitsRepository } from './persistence/limits.repository.js';
import { LimitTemplateEntity } from './persistence/limit-template.entity.js';
import { OrganizationWalk } from './persistence/organization-walk.js';
import { PriceEntity } from './persistence/price.entity.js';
import { PricePagesRepository } from './persistence/price-pages.repository.js';
import { PricesRepository } from './persistence/prices.repository.js';
import { ReratingEntity } from './persistence/rerating.entity.js';
import { ReratingsRepository } from './persistence/reratings.repository.js';
import { RuleSetRepository } from './persistence/rule-set.repository.js';
import { SpendingRepository } from './persistence/spending.repository.js';
import { SubjectsRepository } from './persistence/subjects.repository.js';
import { UsageAnalyticsRepository } from './persistence/usage-analytics.repository.js';
import { UsageEventEntity } from './persistence/usage-event.entity.js';
import { UsageLedger } from './persistence/usage-ledger.js';
import { UsageOpenMinuteEntity, UsageOpenWindowEntity } from './persistence/usage-open-window.entity.js';
import { UsageReportsRepository } from './persistence/usage-reports.repository.js';
import {
	UsageDayEntity,
	UsageMinuteEntity,
	UsageRollupEntity,
	UsageSummaryEntity,
} from './persistence/usage-rollup.entity.js';
import { UsageRollupsRepository } from './persistence/usage-rollups.repository.js';
import { UsagePartitions } from './persistence/usage-partitions.js';
import { PriceBook } from './prices/price-book.js';
import { Rerater } from './prices/rerater.js';
import { ReratingsService } from './prices/reratings.service.js';
import { PricesService } from './prices/prices.service.js';
import { Reaper } from './reaper.js';
import { Replicas } from './replicas.js';
import { RollupService } from './rollup.service.js';
import { BudgetSpending } from './rules/budget-spending.js';
import { BudgetsService } from './rules/budgets.service.js';
import { LimitTemplatesService } from './rules/limit-templates.service.js';
import { LimitsService } from './rules/limits.service.js';
import { RuleChanges } from './rules/rule-changes.js';
import { RuleDirectory } from './rules/rule-directory.js';
import { RuleExplainer } from './rules/rule-explainer.js';
import { UsageService } from './usage.service.js';

const entities = [
	BudgetEntity,
	LimitEntity,
	LimitTemplateEntity,
	PriceEntity,
	ReratingEntity,
	UsageDayEntity,
	UsageEventEntity,
	UsageMinuteEntity,
	UsageOpenMinuteEntity,
	UsageOpenWindowEntity,
	UsageRollupEntity,
	UsageSummaryEntity,
];

const services = [AnalyticsService, BudgetsService, LimitTemplatesService, LimitsService, RuleDirectory, RuleExplainer];
const rules = [
	...services,
	BudgetSpending,
	BudgetsRepository,
	LimitTemplatesRepository,
	LimitsRepository,
	RuleChanges,
	RuleSetRepository,
	SpendingRepository,
	SubjectsRepository,
];

/** The ledger at rest: reports, rollups, and the reaper. For any process. */
@Module({
	imports: [TypeOrmModule.forFeature(entities), AuditModule, JobsModule],
	providers: [
		...rules,
		OrganizationWalk,
		PriceBook,
		PricePagesRepository,
		PricesRepository,
		PricesService,
		Rerater,
		ReratingsRepository,
		ReratingsService,
		Reaper,
		RollupService,
		UsageAnalyticsRepository,
		UsageLedger,
		UsagePartitions,
		UsageReportsRepository,
		UsageRollupsRepository,
		UsageService,
	],
	exports: [
		...services,
		BudgetSpending,
		OrganizationWalk,
		PriceBook,
		PricesService,
		Rerater,
		ReratingsService,
		Reaper,
		RollupService,
		UsageLedger,
		UsagePartitions,
		UsageService,
	],
})
export class MeteringModule {}

/** The ledger at work, with a heartbeat: only for a process that admits calls. */
@Module({
	imports: [MeteringModule],
	providers: [BudgetBook, CallLedger, Heartbeat, LeaseStore, LedgerFlusher, LocalLimits, MeterBook, Replicas, Verdicts],
	exports: [CallLedger, LedgerFlusher],
})
export class CallLedgerModule {}
