import { Module } from '@nestjs/common';
import { ExchangeModule } from '#libs/exchange';
import { StorageModule } from '#libs/storage';
import { ConversationExportController } from './conversation-export.controller.js';
import { DownloadsController } from './downloads.controller.js';
import { ExportsController } from './exports.controller.js';
import { LinkedFiles } from './linked-files.js';

@Module({
	imports: [ExchangeModule, StorageModule],
	controllers: [ConversationExportController, DownloadsController, ExportsController],
	providers: [LinkedFiles],
})
export class ExportsHttpModule {}
