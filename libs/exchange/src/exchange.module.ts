import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditModule } from '#libs/audit';
import { ConversationsModule } from '#libs/conversations';
import { JobsModule } from '#libs/jobs';
import { StorageModule } from '#libs/storage';
import { ConversationExport } from './conversation-export.js';
import { ExportMaker } from './export-maker.js';
import { ExportsService } from './exports.service.js';
import { ImportWriter } from './import/import-writer.js';
import { ImportRunner } from './import-runner.js';
import { ImportsService } from './imports.service.js';
import { ImportEntity } from './persistence/import.entity.js';
import { ImportsRepository } from './persistence/imports.repository.js';
import { ExportEntity } from './persistence/export.entity.js';
import { ExportsRepository } from './persistence/exports.repository.js';

/** Conversations as files, and files as conversations. For any process. */
@Module({
	imports: [
		AuditModule,
		ConversationsModule,
		JobsModule,
		StorageModule,
		TypeOrmModule.forFeature([ExportEntity, ImportEntity]),
	],
	providers: [
		ConversationExport,
		ExportMaker,
		ExportsRepository,
		ExportsService,
		ImportRunner,
		ImportsRepository,
		ImportsService,
		ImportWriter,
	],
	exports: [ConversationExport, ExportMaker, ExportsService, ImportRunner, ImportsService],
})
export class ExchangeModule {}
