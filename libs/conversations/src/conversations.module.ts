import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { BulkService } from './bulk.service.js';
import { ConversationsService, ConversationTables } from './conversations.service.js';
import { FoldersService } from './folders.service.js';
import { MessagesService } from './messages.service.js';
import { OwnConversations } from './own-conversations.js';
import { AuditModule } from '#libs/audit';
import { PasswordHasherModule } from '#libs/identity';
import { AttachmentEntity } from './persistence/attachment.entity.js';
import { ConversationRetentionEntity } from './persistence/conversation-retention.entity.js';
import { ConversationTagEntity } from './persistence/conversation-tag.entity.js';
import { ConversationEntity } from './persistence/conversation.entity.js';
import { ConversationsRepository } from './persistence/conversations.repository.js';
import { FolderEntity } from './persistence/folder.entity.js';
import { FoldersRepository } from './persistence/folders.repository.js';
import { MessageAttachmentEntity } from './persistence/message-attachment.entity.js';
import { MessageFeedbackEntity } from './persistence/message-feedback.entity.js';
import { MessageTextEntity } from './persistence/message-text.entity.js';
import { MessageTextsRepository } from './persistence/message-texts.repository.js';
import { SearchRepository } from './persistence/search.repository.js';
import { SearchService } from './search/search.service.js';
import { MessageEntity } from './persistence/message.entity.js';
import { MessagesRepository } from './persistence/messages.repository.js';
import { RemovedFileEntity } from './persistence/removed-file.entity.js';
import { RetentionRepository } from './persistence/retention.repository.js';
import { RemovedFilesService } from './removed-files.service.js';
import { RemovedFilesRepository } from './persistence/removed-files.repository.js';
import { StorageModule } from '#libs/storage';
import { RetentionService } from './retention.service.js';
import { ResponseEntity } from './persistence/response.entity.js';
import { RunLogEntity } from './persistence/run-log.entity.js';
import { RunEntity } from './persistence/run.entity.js';
import { ShareLinkEntity } from './persistence/share-link.entity.js';
import { FeedbackRepository } from './persistence/feedback.repository.js';
import { FeedbackService } from './feedback.service.js';
import { ShareLinksRepository } from './persistence/share-links.repository.js';
import { ShareLinksService } from './share-links.service.js';
import { ShareSecrets } from './share-secrets.js';
import { SharedViewService } from './shared-view.service.js';
import { TagEntity } from './persistence/tag.entity.js';
import { TagsRepository } from './persistence/tags.repository.js';
import { TagsService } from './tags.service.js';

const entities = [
	AttachmentEntity,
	ConversationEntity,
	ConversationRetentionEntity,
	ConversationTagEntity,
	FolderEntity,
	MessageAttachmentEntity,
	MessageEntity,
	MessageFeedbackEntity,
	MessageTextEntity,
	RemovedFileEntity,
	ResponseEntity,
	RunEntity,
	RunLogEntity,
	ShareLinkEntity,
	TagEntity,
];

const services = [
	BulkService,
	ConversationsService,
	FoldersService,
	MessagesService,
	RemovedFilesService,
	RetentionService,
	SearchService,
	ShareLinksService,
	SharedViewService,
	FeedbackService,
	TagsService,
];

/** Conversations and what hangs on them. For any process. */
@Module({
	imports: [AuditModule, PasswordHasherModule, StorageModule, TypeOrmModule.forFeature(entities)],
	providers: [
		ConversationsRepository,
		ConversationTables,
		FoldersRepository,
		MessagesRepository,
		MessageTextsRepository,
		SearchRepository,
		OwnConversations,
		RemovedFilesRepository,
		RetentionRepository,
		FeedbackRepository,
		ShareLinksRepository,
		ShareSecrets,
		TagsRepository,
		...services,
	],
	exports: [ConversationsRepository, MessagesRepository, OwnConversations, ...services],
})
export class ConversationsModule {}
