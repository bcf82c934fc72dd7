import { Column, Entity } from 'typeorm';
import type { LimitMetric, LimitWindow } from '../rules/limit.js';
import { RuleColumns } from './rule-columns.js';

@Entity('limits')
export class LimitEntity extends RuleColumns {
	@Column('text')
	metric!: LimitMetric;

	@Column('text', { name: 'time_window', nullable: true })
	window!: LimitWindow | null;

	@Column('bigint')
	max!: string;
}
