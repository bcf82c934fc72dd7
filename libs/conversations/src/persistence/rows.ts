import { Column, PrimaryColumn } from 'typeorm';

/** What all rows have that have an id. */
export abstract class KeyedRow {
	@PrimaryColumn('uuid', { name: 'organization_id' })
	organizationId!: string;

	@PrimaryColumn('uuid')
	id!: string;

	@Column('timestamptz', { name: 'created_at', default: () => 'now()' })
	createdAt!: Date;
}

/** Rows that change. */
export abstract class StampedRow extends KeyedRow {
	@Column('timestamptz', { name: 'updated_at', default: () => 'now()' })
	updatedAt!: Date;
}

/** Rows that belong to somebody and go with them. */
export abstract class OwnedRow extends StampedRow {
	@Column('uuid', { name: 'user_id' })
	userId!: string;
}
