import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('idempotency_keys')
export class IdempotencyKeyEntity {
	@PrimaryColumn('uuid', { name: 'organization_id' })
	organizationId!: string;

	@PrimaryColumn('text')
	principal!: string;

	@PrimaryColumn('text')
	route!: string;

	@PrimaryColumn('text')
	key!: string;

	@Column('bytea')
	fingerprint!: Buffer;

	@Column('integer', { name: 'status_code' })
	statusCode!: number;

	/** Can hold a fresh API key. */
	@Column('text', { name: 'response_sealed' })
	responseSealed!: string;

	@Column('timestamptz', { name: 'expires_at' })
	expiresAt!: Date;

	@Column('timestamptz', { name: 'created_at', default: () => 'now()' })
	createdAt!: Date;

	@Column('timestamptz', { name: 'updated_at', default: () => 'now()' })
	updatedAt!: Date;
}
