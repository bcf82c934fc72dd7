import { Body, Controller, Delete, Get, Param, Post, Query, Req, type StreamableFile } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { Config } from '#libs/config';
import { type ExportRecord, ExportsService, isOver, progressOf } from '#libs/exchange';
import type { Scope } from '#libs/kernel';
import { CurrentScope, Requires } from '../edge/access.decorators.js';
import { Cursors } from '../edge/cursor.js';
import { paged, PageQuery } from '../edge/paged.js';
import { ProgressEvents } from '../edge/progress-events.js';
import { Responds, RespondsNothing } from '../edge/responds.decorator.js';
import { RespondsEvents } from './download.js';
import { Export, ExportId, ExportLink, ExportList, StartExport } from './exports.schemas.js';

@ApiTags('Exports')
@Controller('api/v1/exports')
export class ExportsController {
	constructor(
		private readonly exports: ExportsService,
		private readonly cursors: Cursors,
		private readonly config: Config,
		private readonly progress: ProgressEvents,
	) {}

	@Post()
	@Requires('conversations:read')
	@Responds(202, Export, 'The worker makes the file')
	async start(@CurrentScope() scope: Scope, @Body({ schema: StartExport }) input: StartExport): Promise<Export> {
		return shown(await this.exports.start(scope, { form: input.format, conversationIds: input.conversationIds }));
	}

	@Get()
	@Requires('conversations:read')
	@Responds(200, ExportList, "The caller's exports, newest first")
	list(@CurrentScope() scope: Scope, @Query({ schema: PageQuery }) query: PageQuery) {
		return paged({ scope, name: 'exports', query, cursors: this.cursors }, async (page) => {
			const { items, next } = await this.exports.list(scope, page);
			return { items: items.map(shown), next };
		});
	}

	@Get(':id')
	@Requires('conversations:read')
	@Responds(200, Export, 'How far it is')
	async get(@CurrentScope() scope: Scope, @Param('id', { schema: ExportId }) id: string): Promise<Export> {
		return shown(await this.exports.get(scope, id));
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
		@Param('id', { schema: ExportId }) id: string,
	): Promise<StreamableFile> {
		return this.progress.follow(request, async () => {
			const record = await this.exports.get(scope, id);
			return { shown: shown(record), isOver: isOver(record) };
		});
	}

	@Post(':id/link')
	@Requires('conversations:read')
	@Responds(201, ExportLink, 'A link to the file, for 15 minutes')
	async link(@CurrentScope() scope: Scope, @Param('id', { schema: ExportId }) id: string) {
		const { token, expiresAt } = await this.exports.link(scope, id);
		return { url: `${this.config.http.PUBLIC_URL}/api/v1/downloads/${token}`, expiresAt };
	}

	@Post(':id/cancel')
	@Requires('conversations:read')
	@Responds(200, Export, 'It ends without a file')
	async cancel(@CurrentScope() scope: Scope, @Param('id', { schema: ExportId }) id: string): Promise<Export> {
		return shown(await this.exports.cancel(scope, id));
	}

	@Delete(':id')
	@Requires('conversations:read')
	@RespondsNothing('The export and its file are gone')
	remove(@CurrentScope() scope: Scope, @Param('id', { schema: ExportId }) id: string): Promise<void> {
		return this.exports.remove(scope, id);
	}
}

const shown = ({ form, ...record }: ExportRecord): Export => ({
	...record,
	format: form,
	progress: progressOf(record),
});
