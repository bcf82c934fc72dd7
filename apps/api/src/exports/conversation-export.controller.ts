import { Controller, Get, Param, Query, type StreamableFile } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ConversationExport } from '#libs/exchange';
import type { Scope } from '#libs/kernel';
import { id as ConversationId } from '../conversations/conversations.schemas.js';
import { CurrentScope, Requires } from '../edge/access.decorators.js';
import { ConversationExportQuery } from './exports.schemas.js';
import { download, RespondsFile } from './download.js';

@ApiTags('Exports')
@Controller('api/v1/conversations/:id/export')
export class ConversationExportController {
	constructor(private readonly exports: ConversationExport) {}

	@Get()
	@Requires('conversations:read')
	@RespondsFile('The conversation as a file')
	async export(
		@CurrentScope() scope: Scope,
		@Param('id', { schema: ConversationId }) id: string,
		@Query({ schema: ConversationExportQuery }) { format }: ConversationExportQuery,
	): Promise<StreamableFile> {
		return download(await this.exports.open(scope, id, format));
	}
}
