import { z } from 'zod';
import { attachments, budgetActions, budgetPeriods, budgetZones } from '#libs/metering';
import { listOf } from '../edge/responds.decorator.js';
import { timestamp } from '../edge/timestamp.js';
import { changedRule, id, newRule, shownRule, shownTarget } from '../limits/rules.schemas.js';

const period = z.enum(budgetPeriods).meta({ description: 'How long the amount has to last; weeks begin on Monday' });
const zone = z
	.enum(budgetZones)
	.meta({ description: "Where the period begins: at midnight UTC, or of the organization's `timeZone`" });
const amountNanoUsd = z
	.string()
	.regex(/^(0|[1-9]\d{0,17}|10{18})$/, 'must be a whole number from 0 to 10^18')
	.meta({ description: 'Billionths of a US dollar', examples: ['25000000000'] });
const action = z.enum(budgetActions).meta({ description: 'When it is spent: calls go on, or are refused' });
const thresholds = z
	.array(z.int().min(1).max(1_000))
	.max(10)
	.refine((percents) => percents.every((percent, at) => at === 0 || percent > (percents[at - 1] ?? 0)), {
		message: 'must ascend',
	})
	.meta({ description: 'Percents of the amount at which people are told', examples: [[50, 80, 100]] });

export const CreateBudget = z
	.strictObject({
		...newRule,
		period,
		zone: zone.default('utc'),
		amountNanoUsd,
		action: action.default('block'),
		thresholds: thresholds.default([50, 80, 100]),
	})
	.meta({
		id: 'CreateBudget',
		examples: [{ attachment: 'organization', period: 'month', amountNanoUsd: '100000000000' }],
	});
export type CreateBudget = z.output<typeof CreateBudget>;

export const UpdateBudget = z
	.strictObject({
		amountNanoUsd: amountNanoUsd.optional(),
		action: action.optional(),
		thresholds: thresholds.optional(),
		...changedRule,
	})
	.meta({ id: 'UpdateBudget' });
export type UpdateBudget = z.output<typeof UpdateBudget>;

const nanoUsd = z.string().meta({ examples: ['1500000000'] });

/** A budget's terms, with how it stands. */
const shownTerms = {
	period,
	zone,
	amountNanoUsd: nanoUsd,
	action,
	spentNanoUsd: nanoUsd.meta({ description: 'In the running period, by the ledger; running calls are not in it' }),
	remainingNanoUsd: nanoUsd,
	startsAt: timestamp.meta({ description: 'When the running period began; a lifetime begins with the budget' }),
	endsAt: timestamp.nullable().meta({ description: 'When the whole amount is there again; `null`: never' }),
};

export const Budget = z.object({ ...shownRule, ...shownTerms, thresholds: z.array(z.int()) }).meta({ id: 'Budget' });
export const BudgetList = listOf(Budget).meta({ id: 'BudgetList' });

export const EffectiveBudgets = z
	.object({ items: z.array(Budget).meta({ description: 'All of them bind together' }) })
	.meta({ id: 'EffectiveBudgets' });

/** As somebody sees it whom it binds. */
export const OwnBudget = z
	.object({
		attachment: z.enum(attachments),
		attachmentId: id.nullable(),
		...shownTarget,
		...shownTerms,
		expiresAt: timestamp.nullable(),
	})
	.meta({ id: 'OwnBudget' });
