import { Entity, PrimaryColumn } from 'typeorm';

/** An event that waits for its seal. */
@Entity('audit_pending')
export class AuditPendingEntity {
	@PrimaryColumn('uuid', { name: 'organization_id' })
	organizationId!: string;

	@PrimaryColumn('uuid', { name: 'event_id' })
	eventId!: string;
}
