import type { AppError } from '#libs/kernel';
import type { AnswerContext } from '../../client-operation.js';

/** What has been said of a response, for the events that end it when it fails. */
export interface ResponseProgress {
	/** The frames that are still due. */
	failed(error: AppError): string;
}

const ofCalls = new WeakMap<AnswerContext, ResponseProgress>();

/** Numbers and ids of a failure continue those of the answer: whoever writes an answer says so here. */
export const follow = (context: AnswerContext, progress: ResponseProgress): void => void ofCalls.set(context, progress);

export const progressOf = (context: AnswerContext): ResponseProgress | undefined => ofCalls.get(context);

export const eventFrame = (type: string, number: number, fields: Readonly<Record<string, unknown>>): string =>
	`event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: number, ...fields })}\n\n`;
