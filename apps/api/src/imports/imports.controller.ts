import type { Readable } from 'node:stream';
import { Controller, Delete, Get, Param, Post, Query, Req, type StreamableFile } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { type ImportRecord, ImportsService, isImportOver } from '#libs/exchange';
import type { Scope } from '#libs/kernel';
import { CurrentScope, Requires } from '../edge/access.decorators.js';
import { Cursors } from '../edge/cursor.js';
import { paged, PageQuery } from '../edge/paged.js';
import { ProgressEvents } from '../edge/progress-events.js';
import { Responds, RespondsNothing } from '../edge/responds.decorator.js';
import { TakesFile } from '../edge/takes-file.js';
import { RespondsEvents } from '../exports/download.js';
import { Import, ImportId, ImportList, StartImportQuery } from './imports.schemas.js';

@ApiTags('Imports')
@Controller('api/v1/imports')
export class ImportsController {
	constructor(
		private readonly imports: ImportsService,
		private readonly cursors: Cursors,
		private readonly progress: ProgressEvents,
	) {}

	@Post()
	@Requires('conversations:write')
	@TakesFile(
		'JSON, lines of JSON, or a zip with such files: an export of this product, ChatGPT, Open WebUI, LibreChat, Claude …',
	)
	@Responds(202, Import, 'The file is here; the worker reads it')
	start(
		@CurrentScope() scope: Scope,
		@Req() { body }: FastifyRequest,
		@Query({ schema: StartImportQuery }) { name, dryRun }: StartImportQuery,
	): Promise<ImportRecord> {
		return this.imports.start(scope, { name, isDryRun: dryRun === 'true', content: (body ?? []) as Readable });
	}

	@Get()
	@Requires('conversations:read')
	@Responds(200, ImportList, "The caller's imports, newest first")
	list(@CurrentScope() scope: Scope, @Query({ schema: PageQuery }) query: PageQuery) {
		return paged({ scope, name: 'imports', query, cursors: this.cursors }, (page) => this.imports.list(scope, page));
	}

	@Get(':id')
	@Requires('conversations:read')
	@Responds(200, Import, 'How far it is, and what became of each conversation of which there is something to say')
	get(@CurrentScope() scope: Scope, @Param('id', { schema: ImportId }) id: string): Promise<ImportRecord> {
		return this.imports.get(scope, id);
	}

	@Get(':id/events')
	@Requires('conversations:read')
	@RespondsEvents(
		'How far it is, whenever that changes, until it is over',
		'event: progress\ndata: {"state":"running","progress":40}\n\n',
	)
	events(
		@Req() request: FastifyRequest,
		@CurrentScope() scope: Scope,
		@Param('id', { schema: ImportId }) id: string,
	): Promise<StreamableFile> {
		return this.progress.follow(request, async () => {
			const { report: _, ...shown } = await this.imports.get(scope, id);
			return { shown, isOver: isImportOver(shown) };
		});
	}

	@Post(':id/cancel')
	@Requires('conversations:write')
	@Responds(200, Import, 'It ends; what it has written stays')
	cancel(@CurrentScope() scope: Scope, @Param('id', { schema: ImportId }) id: string): Promise<ImportRecord> {
		return this.imports.cancel(scope, id);
	}

	@Delete(':id')
	@Requires('conversations:write')
	@RespondsNothing('The import and its file are gone; what it has written stays')
	remove(@CurrentScope() scope: Scope, @Param('id', { schema: ImportId }) id: string): Promise<void> {
		return this.imports.remove(scope, id);
	}
}
