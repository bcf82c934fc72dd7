import { z } from 'zod';
import { archiveForms, conversationForms, exportStates } from '#libs/exchange';
import { id as ExportId } from '../conversations/conversations.schemas.js';
import { listOf } from '../edge/responds.decorator.js';
import { timestamp } from '../edge/timestamp.js';

export { ExportId };

export const ConversationExportQuery = z.strictObject({
	format: z.enum(conversationForms).default('json').meta({
		description:
			'`json` has every branch, and an import makes the same conversation of it; the others show the active branch to people',
	}),
});
export type ConversationExportQuery = z.output<typeof ConversationExportQuery>;

const format = z.enum(archiveForms).meta({
	description:
		'`json`, `markdown`, `html` and `text`: a file for each conversation. The others: one file for all. `sharegpt`, `openai-sft`, `markdown`, `html` and `text` have the active branch only',
	examples: ['json'],
});

export const StartExport = z
	.strictObject({
		format: format.default('json'),
		conversationIds: z
			.array(ExportId)
			.min(1)
			.max(1_000)
			.optional()
			.meta({ description: 'Absent: all but temporary ones and those in the trash' }),
	})
	.meta({ id: 'StartExport', examples: [{ format: 'markdown' }] });
export type StartExport = z.output<typeof StartExport>;

export const Export = z
	.object({
		id: ExportId,
		format,
		state: z.enum(exportStates).meta({ description: '`failed` may be tried again for a while' }),
		progress: z.int().min(0).max(100).meta({ description: 'Percent' }),
		done: z.int().meta({ description: 'Conversations that are in it' }),
		total: z.int().nullable().meta({ description: '`null`: not counted yet' }),
		messages: z.int(),
		bytes: z.int().nullable(),
		sha256: z.string().nullable().meta({ description: 'Of the file, in hex' }),
		problem: z.string().nullable(),
		createdAt: timestamp,
		finishedAt: timestamp.nullable(),
		expiresAt: timestamp.nullable().meta({ description: 'When the export goes, with its file' }),
	})
	.meta({ id: 'Export' });
export type Export = z.input<typeof Export>;
export const ExportList = listOf(Export).meta({ id: 'ExportList' });

export const ExportLink = z
	.object({
		url: z.url().meta({
			description: 'Needs no credential; a browser can open it',
			examples: ['https://gateway.example.com/api/v1/downloads/abc.def'],
		}),
		expiresAt: timestamp,
	})
	.meta({ id: 'ExportLink' });
