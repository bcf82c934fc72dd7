import type { JobDetails, JobState } from '#libs/jobs';
import { type Invocation, textOption, UsageError } from './command.js';

const states = ['pending', 'done', 'failed'] as const;

/** @throws UsageError for a state that jobs do not have */
export function stateOption(invocation: Invocation): JobState['status'] | undefined {
	const given = textOption(invocation, 'state');
	const state = states.find((name) => name === given);
	if (given !== undefined && state === undefined) throw new UsageError(`--state is one of ${states.join(', ')}`);
	return state;
}

/** A whole number from 1. @throws UsageError */
export function countOption(invocation: Invocation, name: string, otherwise: number): number {
	const given = textOption(invocation, name);
	const count = given === undefined ? otherwise : Number(given);
	if (!Number.isInteger(count) || count < 1) throw new UsageError(`--${name} is a whole number from 1`);
	return count;
}

export const jobCells = ({
	id,
	job,
	status,
	deliveries,
	createdAt,
	error,
}: JobDetails): (string | number | undefined)[] => [
	id,
	job,
	status,
	deliveries,
	createdAt.toISOString(),
	error?.split('\n')[0]?.slice(0, 80),
];
