import type { AppError } from '#libs/kernel';
import { openAiError } from './errors.js';

/** What all operations of this dialect share. */
export const openAiWire = {
	dialect: 'openai',
	streamType: 'text/event-stream; charset=utf-8',
	forwardedHeaders: [],
	keepAlive: () => ': keep-alive\n\n',
	errorFrame: (error: AppError) => `data: ${JSON.stringify({ error: openAiError(error) })}\n\n`,
} as const;
