import { Column, Entity } from 'typeorm';
import { OwnedRow } from './rows.js';

/** A folder; conversations in it inherit its system prompt and model. */
@Entity('folders')
export class FolderEntity extends OwnedRow {
	@Column('uuid', { name: 'parent_id', nullable: true })
	parentId!: string | null;

	@Column('text')
	name!: string;

	@Column('text', { name: 'system_prompt', nullable: true })
	systemPrompt!: string | null;

	@Column('text', { nullable: true })
	model!: string | null;
}
