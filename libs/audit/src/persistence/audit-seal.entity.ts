import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A link of an organization's chain. */
@Entity('audit_seals')
export class AuditSealEntity {
	@PrimaryColumn('uuid', { name: 'organization_id' })
	organizationId!: string;

	@PrimaryColumn('bigint')
	sequence!: string;

	@Column('uuid', { name: 'event_id' })
	eventId!: string;

	@Column('bytea')
	hash!: Buffer;

	@Column('text', { name: 'key_kid' })
	keyKid!: string;

	@Column('timestamptz', { name: 'sealed_at', default: () => 'now()' })
	sealedAt!: Date;
}
