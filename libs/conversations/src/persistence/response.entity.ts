import { Column, Entity } from 'typeorm';
import { OwnedRow } from './rows.js';

/** A stored answer of the Responses API. */
@Entity('responses')
export class ResponseEntity extends OwnedRow {
	@Column('uuid', { name: 'conversation_id' })
	conversationId!: string;

	@Column('uuid', { name: 'previous_id', nullable: true })
	previousId!: string | null;

	@Column('uuid', { name: 'run_id', nullable: true })
	runId!: string | null;

	@Column('uuid', { name: 'input_ids', array: true, default: () => `'{}'` })
	inputIds!: string[];

	@Column('uuid', { name: 'output_ids', array: true, default: () => `'{}'` })
	outputIds!: string[];

	@Column('text')
	status!: 'queued' | 'in_progress' | 'completed' | 'incomplete' | 'failed' | 'cancelled';

	@Column('boolean', { name: 'is_background', default: false })
	isBackground!: boolean;

	@Column('jsonb')
	request!: object;

	@Column('jsonb', { nullable: true })
	response!: object | null;

	@Column('jsonb', { default: () => `'{}'` })
	metadata!: object;

	@Column('timestamptz', { name: 'completed_at', nullable: true })
	completedAt!: Date | null;
}
