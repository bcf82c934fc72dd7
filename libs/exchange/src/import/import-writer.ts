import { Injectable } from '@nestjs/common';
import { ConversationsRepository, FoldersService, MessagesRepository, ownerOf, TagsService } from '#libs/conversations';
import { type TenantScope, UnitOfWork } from '#libs/database';
import { AppError, newId, type Scope } from '#libs/kernel';
import type { ImportedConversation, ImportedMessage } from './imported.js';

const AT_ONCE = 500;
const TITLE_MAX = 500;
const NAME_MAX = 100;

export interface Written {
	readonly outcome: 'added' | 'updated' | 'unchanged';
	/** That were new. */
	readonly messages: number;
}

/** Puts imported conversations among a person's own. What is there already is known by its key. */
@Injectable()
export class ImportWriter {
	constructor(
		private readonly work: UnitOfWork,
		private readonly conversations: ConversationsRepository,
		private readonly messages: MessagesRepository,
		private readonly folders: FoldersService,
		private readonly tags: TagsService,
	) {}

	/** All of it or nothing; with `isDryRun` nothing. Idempotent. @throws AppError conflict `quota_reached` */
	write(scope: Scope, imported: ImportedConversation, isDryRun: boolean): Promise<Written> {
		return this.work.run(scope, async (tenant) => {
			const there = await this.conversations.findImported(tenant, ownerOf(scope), imported);
			const known = there === undefined ? new Map<string, string>() : await this.messages.importedKeys(tenant, there);
			const fresh = imported.messages.filter(({ key }) => !known.has(key));
			if (there !== undefined && fresh.length === 0) return { outcome: 'unchanged', messages: 0 };
			const outcome = there === undefined ? 'added' : 'updated';
			if (isDryRun) return { outcome, messages: fresh.length };
			const id: string | undefined = there ?? (await this.add(tenant, imported));
			for (const { key } of fresh) known.set(key, newId());
			await this.append(tenant, id, { fresh, ids: known });
			await this.conversations.settleImport(tenant, id, {
				activeLeafId: known.get(imported.activeKey ?? '') ?? null,
				lastActiveAt: imported.lastActiveAt ?? imported.messages.at(-1)?.createdAt ?? imported.createdAt,
			});
			return { outcome, messages: fresh.length };
		});
	}

	private async add(tenant: TenantScope, imported: ImportedConversation): Promise<string> {
		const { format, key, createdAt, title, tags, folder, ...rest } = imported;
		const id = await this.conversations.insert(tenant, ownerOf(tenant), {
			...rest,
			title: title.slice(0, TITLE_MAX),
			folderId: await this.folderOf(tenant, folder),
			importSource: format,
			importId: key,
			createdAt: createdAt ?? undefined,
			lastActiveAt: undefined,
		});
		if (tags.length > 0)
			await this.tags.give(
				tenant,
				id,
				tags.map((name) => name.slice(0, NAME_MAX)),
			);
		return id;
	}

	private async append(
		tenant: TenantScope,
		id: string,
		{ fresh, ids }: { readonly fresh: readonly ImportedMessage[]; readonly ids: ReadonlyMap<string, string> },
	): Promise<void> {
		for (let at = 0; at < fresh.length; at += AT_ONCE)
			await this.messages.append(
				tenant,
				id,
				fresh.slice(at, at + AT_ONCE).map(({ key, parentKey, createdAt, ...message }) => ({
					...message,
					id: ids.get(key),
					parentId: parentKey === null ? null : (ids.get(parentKey) ?? null),
					importId: key,
					createdAt: createdAt ?? undefined,
				})),
			);
	}

	/** The folder at the end of a path, made where it is not there. As deep as folders may lie. */
	private async folderOf(tenant: TenantScope, path: readonly string[]): Promise<string | null> {
		if (path.length === 0) return null;
		const all = await this.folders.list(tenant);
		const place: { id: string | null } = { id: null };
		for (const part of path) {
			const name = part.slice(0, NAME_MAX);
			const there = all.find((folder) => folder.parentId === place.id && folder.name === name);
			const id = there?.id ?? (await this.made(tenant, { name, parentId: place.id }));
			if (id === undefined) break;
			place.id = id;
		}
		return place.id;
	}

	private async made(
		tenant: TenantScope,
		{ name, parentId }: { readonly name: string; readonly parentId: string | null },
	): Promise<string | undefined> {
		try {
			return (await this.folders.create(tenant, { name, parentId, systemPrompt: null, model: null })).id;
		} catch (error) {
			if (error instanceof AppError && error.fault === 'conflict') return undefined;
			throw error;
		}
	}
}
