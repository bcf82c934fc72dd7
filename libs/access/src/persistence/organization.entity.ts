import { Column, Entity, PrimaryColumn } from 'typeorm';

export type ChargeInterrupted = 'delivered' | 'upstream' | 'free_before_first_token';

@Entity('organizations')
export class OrganizationEntity {
	@PrimaryColumn('uuid')
	id!: string;

	@Column('text')
	slug!: string;

	@Column('text')
	name!: string;

	@Column('boolean', { name: 'allow_dropped_params', default: false })
	allowDroppedParams!: boolean;

	@Column('text', { name: 'time_zone', default: 'UTC' })
	timeZone!: string;

	@Column('text', { name: 'charge_interrupted', default: 'delivered' })
	chargeInterrupted!: ChargeInterrupted;

	@Column('timestamptz', { name: 'created_at', default: () => 'now()' })
	createdAt!: Date;

	@Column('timestamptz', { name: 'updated_at', default: () => 'now()' })
	updatedAt!: Date;
}
