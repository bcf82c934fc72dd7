export type { AttachmentKind, AttachmentState } from './attachment.js';
export type { PlacedMessage } from './append-order.js';
export { type BulkAction, bulkActions, type BulkInput } from './bulk.js';
export { BulkService } from './bulk.service.js';
export type * from './conversation.js';
export { ConversationsModule } from './conversations.module.js';
export { ConversationsService } from './conversations.service.js';
export type { FolderChange, FolderInput, FolderRecord } from './folder.js';
export { FoldersService } from './folders.service.js';
export {
	attachmentsOf,
	type ContentPart,
	type MessageRecord,
	type MessageRole,
	messageRoles,
	type MessageState,
	type NewMessage,
	textOf,
} from './message.js';
export { MessagesService } from './messages.service.js';
export { OwnConversations } from './own-conversations.js';
export { ownerOf } from './owner.js';
export { ConversationsRepository, type NewConversation } from './persistence/conversations.repository.js';
export { type BranchMessage, MessagesRepository } from './persistence/messages.repository.js';
export { type Retention, type RetentionChange, type RetentionClass, retentionClasses } from './retention.js';
export { RemovedFilesService } from './removed-files.service.js';
export { RetentionService } from './retention.service.js';
export type { RunState } from './run.js';
export { type SearchMode, searchModes } from './search/search-query.js';
export type { SearchHit, SearchRequest } from './search/search-hit.js';
export { SearchService } from './search/search.service.js';
export type { Snippet } from './search/snippet.js';
export { type Feedback, type FeedbackInput, feedbackThumbs } from './feedback.js';
export { FeedbackService } from './feedback.service.js';
export { shareAudiences, type ShareLinkInput, type ShareLinkRecord, shareModes } from './share-link.js';
export { ShareLinksService } from './share-links.service.js';
export { type SharedView, SharedViewService } from './shared-view.service.js';
export type { TagChange, TagInput, TagRecord } from './tag.js';
export { TagsService } from './tags.service.js';
