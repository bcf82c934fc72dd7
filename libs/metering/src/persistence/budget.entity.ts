import { Column, Entity } from 'typeorm';
import type { BudgetAction, BudgetPeriod, BudgetZone } from '../rules/budget.js';
import { RuleColumns } from './rule-columns.js';

@Entity('budgets')
export class BudgetEntity extends RuleColumns {
	@Column('text')
	period!: BudgetPeriod;

	@Column('text', { default: 'utc' })
	zone!: BudgetZone;

	@Column('bigint', { name: 'amount_nano_usd' })
	amountNanoUsd!: string;

	@Column('text', { default: 'block' })
	action!: BudgetAction;

	@Column('integer', { array: true, default: [50, 80, 100] })
	thresholds!: number[];
}
