import { Body, Controller, Delete, Get, Param, Patch, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type TagRecord, TagsService } from '#libs/conversations';
import type { Scope } from '#libs/kernel';
import { CurrentScope, Requires } from '../edge/access.decorators.js';
import { Responds, RespondsNothing } from '../edge/responds.decorator.js';
import { id as TagId } from './conversations.schemas.js';
import { CreateTag, Tag, TagList, UpdateTag } from './folders.schemas.js';

@ApiTags('Conversations')
@Controller('api/v1/tags')
export class TagsController {
	constructor(private readonly tags: TagsService) {}

	@Get()
	@Requires('conversations:read')
	@Responds(200, TagList, 'All own tags, by name')
	async list(@CurrentScope() scope: Scope): Promise<{ items: readonly TagRecord[]; nextCursor: null }> {
		return { items: await this.tags.list(scope), nextCursor: null };
	}

	@Post()
	@Requires('conversations:write')
	@Responds(201, Tag, 'The new tag')
	create(@CurrentScope() scope: Scope, @Body({ schema: CreateTag }) input: CreateTag): Promise<TagRecord> {
		return this.tags.create(scope, input);
	}

	@Patch(':id')
	@Requires('conversations:write')
	@Responds(200, Tag, 'The tag as it is now')
	update(
		@CurrentScope() scope: Scope,
		@Param('id', { schema: TagId }) id: string,
		@Body({ schema: UpdateTag }) change: UpdateTag,
	): Promise<TagRecord> {
		return this.tags.update(scope, id, change);
	}

	@Delete(':id')
	@Requires('conversations:write')
	@RespondsNothing('It is gone, also from conversations')
	remove(@CurrentScope() scope: Scope, @Param('id', { schema: TagId }) id: string): Promise<void> {
		return this.tags.remove(scope, id);
	}
}
