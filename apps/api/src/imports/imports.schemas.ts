import { z } from 'zod';
import { importStates } from '#libs/exchange';
import { id as ImportId } from '../conversations/conversations.schemas.js';
import { listOf } from '../edge/responds.decorator.js';
import { timestamp } from '../edge/timestamp.js';

export { ImportId };

export const StartImportQuery = z.strictObject({
	name: z
		.string()
		.trim()
		.min(1)
		.max(200)
		.default('file')
		.meta({ description: 'What you call the file', examples: ['chatgpt-export.zip'] }),
	dryRun: z
		.enum(['true', 'false'])
		.default('false')
		.meta({ description: '`true`: nothing is written, what would be is counted' }),
});
export type StartImportQuery = z.output<typeof StartImportQuery>;

const ReportLine = z
	.object({
		where: z.string().meta({ description: 'Its place in the file', examples: ['conversations-000.json #12'] }),
		title: z.string().nullable(),
		isImported: z.boolean(),
		reasons: z.array(z.string()).meta({ examples: [['2 messages answer one that is not there: they begin branches']] }),
	})
	.meta({ id: 'ImportReportLine' });

const item = {
	id: ImportId,
	name: z.string(),
	isDryRun: z.boolean(),
	state: z.enum(importStates).meta({ description: '`failed` may be tried again for a while' }),
	progress: z.int().min(0).max(100).meta({ description: 'Percent of the file' }),
	bytes: z.int(),
	counts: z
		.object({
			added: z.int(),
			updated: z.int().meta({ description: 'Were there, and got messages that they had not' }),
			unchanged: z.int().meta({ description: 'Were there as they are in the file' }),
			failed: z.int(),
			messages: z.int().meta({ description: 'That were new' }),
		})
		.meta({ id: 'ImportCounts', description: 'Conversations, and their messages' }),
	problem: z.string().nullable(),
	createdAt: timestamp,
	finishedAt: timestamp.nullable(),
};
export const Import = z
	.object({
		...item,
		report: z.array(ReportLine).meta({
			description: 'Conversations that failed or were changed; the first thousand, those after are counted only',
		}),
	})
	.meta({ id: 'Import' });
export const ImportList = listOf(z.object(item).meta({ id: 'ImportSummary' })).meta({ id: 'ImportList' });
