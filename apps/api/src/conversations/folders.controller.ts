import { Body, Controller, Delete, Get, Param, Patch, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type FolderRecord, FoldersService } from '#libs/conversations';
import type { Scope } from '#libs/kernel';
import { CurrentScope, Requires } from '../edge/access.decorators.js';
import { Responds, RespondsNothing } from '../edge/responds.decorator.js';
import { id as FolderId } from './conversations.schemas.js';
import { CreateFolder, Folder, FolderList, UpdateFolder } from './folders.schemas.js';

@ApiTags('Conversations')
@Controller('api/v1/folders')
export class FoldersController {
	constructor(private readonly folders: FoldersService) {}

	@Get()
	@Requires('conversations:read')
	@Responds(200, FolderList, 'All own folders, by name')
	async list(@CurrentScope() scope: Scope): Promise<{ items: readonly FolderRecord[]; nextCursor: null }> {
		return { items: await this.folders.list(scope), nextCursor: null };
	}

	@Post()
	@Requires('conversations:write')
	@Responds(201, Folder, 'The new folder')
	create(@CurrentScope() scope: Scope, @Body({ schema: CreateFolder }) input: CreateFolder): Promise<FolderRecord> {
		return this.folders.create(scope, input);
	}

	@Get(':id')
	@Requires('conversations:read')
	@Responds(200, Folder, 'One folder')
	get(@CurrentScope() scope: Scope, @Param('id', { schema: FolderId }) id: string): Promise<FolderRecord> {
		return this.folders.get(scope, id);
	}

	@Patch(':id')
	@Requires('conversations:write')
	@Responds(200, Folder, 'The folder as it is now')
	update(
		@CurrentScope() scope: Scope,
		@Param('id', { schema: FolderId }) id: string,
		@Body({ schema: UpdateFolder }) change: UpdateFolder,
	): Promise<FolderRecord> {
		return this.folders.update(scope, id, change);
	}

	@Delete(':id')
	@Requires('conversations:write')
	@RespondsNothing('It is gone with the folders in it; their conversations stay')
	remove(@CurrentScope() scope: Scope, @Param('id', { schema: FolderId }) id: string): Promise<void> {
		return this.folders.remove(scope, id);
	}
}
