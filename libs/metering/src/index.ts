export {
	type AnalyticsGroup,
	type AnalyticsLatency,
	type AnalyticsSums,
	type AnalyticsTotals,
	orders,
	steps,
	type UsageDimension,
	usageDimensions,
} from './analytics.js';
export { AnalyticsService } from './analytics.service.js';
export type { CallOutcome, CallStart, CallStatus, Dialect, FailedAttempt, UsageDetails, UsageSource } from './call.js';
export { NO_TOKENS, type TokenUsage } from './token-usage.js';
export { CallLedger } from './call-ledger.js';
export type { LedgeredCall, OpenCall } from './ledgered-call.js';
export { LedgerFlusher } from './ledger-flusher.js';
export { CallLedgerModule, MeteringModule } from './metering.module.js';
export { OrganizationWalk } from './persistence/organization-walk.js';
export { UsagePartitions } from './persistence/usage-partitions.js';
export { type Cost, costOf, type Estimate, maximalCostOf, microUsd, UNPRICED, type Unpriced } from './prices/cost.js';
export { type ChargePolicy, chargePolicies, type Price } from './prices/price.js';
export { PriceBook } from './prices/price-book.js';
export {
	type PriceChange,
	type PriceFilter,
	type PriceInput,
	type PriceRecord,
	priceTables,
} from './prices/price-record.js';
export { newPrice, priceFields } from './prices/price-schemas.js';
export { type PriceImport, PricesService } from './prices/prices.service.js';
export { Rerater } from './prices/rerater.js';
export type { ReratedModel, Rerating } from './prices/rerating.js';
export { ReratingsService } from './prices/reratings.service.js';
export type { PricedModel, PriceSet } from './prices/price-set.js';
export { Reaper } from './reaper.js';
export type { LimitTemplateRecord } from './persistence/limit-templates.repository.js';
export type { RuleFilter } from './persistence/rule-columns.js';
export { RollupService } from './rollup.service.js';
export { UsageService } from './usage.service.js';
export { type UsageGroup, usageGroups, type UsageQuery, type UsageReport, type UsageSums } from './usage-report.js';
export { type Attachment, attachments } from './rules/attachment.js';
export {
	type BudgetChange,
	type BudgetInput,
	budgetActions,
	budgetPeriods,
	type BudgetRecord,
	budgetZones,
} from './rules/budget.js';
export type { BudgetState } from './rules/budget-spending.js';
export { BudgetsService } from './rules/budgets.service.js';
export { type LimitChange, type LimitInput, limitMetrics, type LimitRecord, limitWindows } from './rules/limit.js';
export { LimitTemplatesService } from './rules/limit-templates.service.js';
export { LimitsService } from './rules/limits.service.js';
export { type Called, type Caller, type EffectiveLimit, limitSources } from './rules/precedence.js';
export type { BindingRules, ZonedBudget } from './rules/rule-book.js';
export { RuleDirectory } from './rules/rule-directory.js';
export { type BindingLimit, type RuleExplanation, RuleExplainer, type RuleQuestion } from './rules/rule-explainer.js';
