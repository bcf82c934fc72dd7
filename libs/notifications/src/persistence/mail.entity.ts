import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('mails')
export class MailEntity {
	@PrimaryColumn('uuid', { name: 'organization_id' })
	organizationId!: string;

	@PrimaryColumn('uuid')
	id!: string;

	@Column('text')
	kind!: string;

	@Column('text')
	recipient!: string;

	/** Subject and bodies; gone once it was sent. */
	@Column('text', { name: 'content_sealed', nullable: true, select: false })
	contentSealed!: string | null;

	/** `kept`: there is no mail server. `refused`: by the server, for good. */
	@Column('text', { default: 'pending' })
	status!: 'pending' | 'sent' | 'kept' | 'refused';

	@Column('timestamptz', { name: 'created_at', default: () => 'now()' })
	createdAt!: Date;

	@Column('timestamptz', { name: 'updated_at', default: () => 'now()' })
	updatedAt!: Date;
}
