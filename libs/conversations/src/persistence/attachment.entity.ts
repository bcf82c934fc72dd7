import { Column, Entity } from 'typeorm';
import type { AttachmentKind, AttachmentState } from '../attachment.js';
import { OwnedRow } from './rows.js';

/** A file in storage. */
@Entity('attachments')
export class AttachmentEntity extends OwnedRow {
	@Column('text')
	name!: string;

	@Column('text')
	kind!: AttachmentKind;

	@Column('text', { name: 'media_type' })
	mediaType!: string;

	@Column('bigint')
	bytes!: string;

	@Column('bytea')
	sha256!: Buffer;

	@Column('text', { name: 'storage_key' })
	storageKey!: string;

	@Column('text', { default: 'ready' })
	state!: AttachmentState;

	@Column('text', { name: 'text_key', nullable: true })
	textKey!: string | null;

	@Column('bigint', { name: 'text_bytes', nullable: true })
	textBytes!: string | null;

	@Column('text', { nullable: true })
	problem!: string | null;
}
