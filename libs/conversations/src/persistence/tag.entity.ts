import { Column, Entity } from 'typeorm';
import { OwnedRow } from './rows.js';

/** A person's own tag. */
@Entity('tags')
export class TagEntity extends OwnedRow {
	@Column('text')
	name!: string;

	@Column('text', { nullable: true })
	color!: string | null;
}
