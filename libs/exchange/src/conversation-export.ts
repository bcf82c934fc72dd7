import { Injectable } from '@nestjs/common';
import {
	ConversationsService,
	type FolderRecord,
	FoldersService,
	type MessageRecord,
	MessagesService,
	TagsService,
} from '#libs/conversations';
import type { Scope } from '#libs/kernel';
import { conversationForm, type ConversationForm } from './export/conversation-forms.js';
import { type ConversationWriter, Outline, type Subject } from './export/conversation-writer.js';
import { titleOf } from './export/shown-parts.js';
import { ownConversation, ownMessage } from './own-conversation.js';

const PAGE = 200;

/** A file that is made while it is read. */
export interface ConversationFile {
	readonly name: string;
	readonly contentType: string;
	readonly chunks: AsyncIterable<string>;
}

/** Conversations of the person who acts, put into words. */
@Injectable()
export class ConversationExport {
	constructor(
		private readonly conversations: ConversationsService,
		private readonly messages: MessagesService,
		private readonly folders: FoldersService,
		private readonly tags: TagsService,
	) {}

	/** Also one in the trash. @throws AppError missing */
	async open(scope: Scope, id: string, form: ConversationForm): Promise<ConversationFile> {
		const subject = await this.subject(scope, id);
		const { writer, contentType, extension } = conversationForm(form);
		return {
			name: fileNameOf(subject.conversation.title, extension),
			contentType,
			chunks: this.written(scope, subject, writer),
		};
	}

	/** What there is to write. What is added from then on may be in it or not. @throws AppError missing */
	async subject(scope: Scope, id: string): Promise<Subject> {
		const [record, folders, tags, places] = await Promise.all([
			this.conversations.get(scope, id),
			this.folders.list(scope),
			this.tags.list(scope),
			this.messages.places(scope, id),
		]);
		const conversation = ownConversation(record, {
			folder: folderPath(folders, record.folderId),
			tags: tags.filter((tag) => record.tagIds.includes(tag.id)).map(({ name }) => name),
		});
		return { conversation, outline: new Outline(places) };
	}

	/** A page of messages is in memory at a time. */
	async *written(scope: Scope, subject: Subject, writer: ConversationWriter): AsyncIterable<string> {
		yield writer.begin(subject);
		let n = 0;
		for await (const page of this.pages(scope, subject, writer.takes))
			yield page.map((message) => writer.message(ownMessage(message), n++, subject)).join('');
		yield writer.end(subject);
	}

	private async *pages(
		scope: Scope,
		{ conversation: { id, activeLeafId }, outline }: Subject,
		takes: ConversationWriter['takes'],
	): AsyncIterable<readonly MessageRecord[]> {
		const ids = takes === 'tree' ? outline.places.map((place) => place.id) : outline.branchTo(activeLeafId);
		for (let at = 0; at < ids.length; at += PAGE) yield await this.messages.many(scope, id, ids.slice(at, at + PAGE));
	}
}

/** A title as the name of a file: any text, without what separates folders. */
export const fileNameOf = (title: string, extension: string): string =>
	`${titleOf({ title })
		.replaceAll(/[\\/:\p{Cc}]/gu, '-')
		.slice(0, 100)}.${extension}`;

/** Names from the outermost folder in. */
export function folderPath(folders: readonly FolderRecord[], id: string | null): readonly string[] {
	const byId = new Map(folders.map((folder) => [folder.id, folder]));
	const path: string[] = [];
	for (let folder = byId.get(id ?? ''); folder !== undefined; folder = byId.get(folder.parentId ?? ''))
		path.unshift(folder.name);
	return path;
}
