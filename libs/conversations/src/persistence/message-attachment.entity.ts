import { Entity, PrimaryColumn } from 'typeorm';

/** Which message names which file. */
@Entity('message_attachments')
export class MessageAttachmentEntity {
	@PrimaryColumn('uuid', { name: 'organization_id' })
	organizationId!: string;

	@PrimaryColumn('uuid', { name: 'message_id' })
	messageId!: string;

	@PrimaryColumn('uuid', { name: 'attachment_id' })
	attachmentId!: string;
}
