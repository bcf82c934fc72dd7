import { Module } from '@nestjs/common';
import { ConversationsModule } from '#libs/conversations';
import { ConversationsController } from './conversations.controller.js';
import { FeedbackController } from './feedback.controller.js';
import { FoldersController } from './folders.controller.js';
import { MessagesController } from './messages.controller.js';
import { RetentionController } from './retention.controller.js';
import { ShareLinksController } from './share-links.controller.js';
import { TagsController } from './tags.controller.js';

@Module({
	imports: [ConversationsModule],
	controllers: [
		RetentionController,
		ConversationsController,
		FoldersController,
		MessagesController,
		TagsController,
		ShareLinksController,
		FeedbackController,
	],
})
export class ConversationsHttpModule {}
