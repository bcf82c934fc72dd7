import { Column, Entity } from 'typeorm';
import { KeyedRow } from './rows.js';

/** A file that nothing names any more; a trigger writes these. */
@Entity('removed_files')
export class RemovedFileEntity extends KeyedRow {
	@Column('text', { name: 'storage_key' })
	storageKey!: string;
}
