import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { ReratedModel } from '../prices/rerating.js';

/** A period whose calls are charged anew. */
@Entity('price_reratings')
export class ReratingEntity {
	@PrimaryColumn('uuid', { name: 'organization_id' })
	organizationId!: string;

	@PrimaryColumn('uuid')
	id!: string;

	@Column('timestamptz', { name: 'period_from' })
	from!: Date;

	@Column('timestamptz', { name: 'period_to' })
	to!: Date;

	@Column('jsonb', { nullable: true })
	models!: readonly ReratedModel[] | null;

	@Column('uuid', { name: 'created_by', nullable: true })
	createdBy!: string | null;

	@Column('timestamptz', { name: 'created_at', default: () => 'now()' })
	createdAt!: Date;

	@Column('timestamptz', { name: 'finished_at', nullable: true })
	finishedAt!: Date | null;
}
