export {
	type CallOutcome,
	type CallStart,
	type CallStatus,
	type Dialect,
	NO_TOKENS,
	type TokenUsage,
	type UsageSource,
} from './call.js';
export { CallLedger } from './call-ledger.js';
export type { OpenCall } from './ledgered-call.js';
export { LedgerFlusher } from './ledger-flusher.js';
export { CallLedgerModule, MeteringModule } from './metering.module.js';
export { OrganizationWalk } from './persistence/organization-walk.js';
export { UsagePartitions } from './persistence/usage-partitions.js';
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
