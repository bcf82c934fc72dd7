import { Entity, PrimaryColumn } from 'typeorm';

/** Which conversation has which tag. */
@Entity('conversation_tags')
export class ConversationTagEntity {
	@PrimaryColumn('uuid', { name: 'organization_id' })
	organizationId!: string;

	@PrimaryColumn('uuid', { name: 'conversation_id' })
	conversationId!: string;

	@PrimaryColumn('uuid', { name: 'tag_id' })
	tagId!: string;
}
