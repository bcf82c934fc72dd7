import type { RuleRecord, RuleTarget } from './attachment.js';

/** How long an amount has to last. Weeks begin on Monday. */
export const budgetPeriods = ['day', 'week', 'month', 'lifetime'] as const;
export type BudgetPeriod = (typeof budgetPeriods)[number];

/** Where the period begins: at midnight UTC, or at midnight of the organization's zone. */
export const budgetZones = ['utc', 'organization'] as const;
export type BudgetZone = (typeof budgetZones)[number];

/** What becomes of calls when it is spent: they go on, or they are refused. */
export const budgetActions = ['warn', 'block'] as const;
export type BudgetAction = (typeof budgetActions)[number];

export interface BudgetTerms {
	/** An integer, as text: JSON numbers are too small. */
	readonly amountNanoUsd: string;
	readonly action: BudgetAction;
	/** Percents at which people are told, ascending. */
	readonly thresholds: readonly number[];
}

/** A budget as people see it. */
export interface BudgetRecord extends RuleRecord, BudgetTerms {
	readonly period: BudgetPeriod;
	readonly zone: BudgetZone;
}

export interface BudgetInput extends RuleTarget, BudgetTerms {
	readonly period: BudgetPeriod;
	readonly zone: BudgetZone;
	readonly reason: string | null;
	readonly expiresAt: Date | null;
}

/** What can be changed; where it counts and for how long, stays. */
export type BudgetChange = {
	readonly [Field in keyof BudgetTerms | 'reason' | 'expiresAt']?: BudgetInput[Field] | undefined;
};
