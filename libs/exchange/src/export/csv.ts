import { stringify } from 'csv-stringify/sync';
import { textOf } from '#libs/conversations';
import type { ConversationWriter } from './conversation-writer.js';

const columns = ['conversation', 'title', 'message', 'parent', 'role', 'model', 'state', 'created_at', 'text'];

/** `escape_formulas`: a spreadsheet must not take what somebody said for a formula. */
const line = (cells: readonly (string | null)[]): string =>
	stringify([[...cells]], { escape_formulas: true, record_delimiter: '\r\n' });

export const CSV_HEAD = line(columns);

/** A line for each message of every branch. */
export const csvWriter: ConversationWriter = {
	takes: 'tree',
	begin: () => '',
	message: ({ id, parentId, role, model, state, createdAt, content }, _n, { conversation }) =>
		line([conversation.id, conversation.title, id, parentId, role, model, state, createdAt, textOf(content)]),
	end: () => '',
};
