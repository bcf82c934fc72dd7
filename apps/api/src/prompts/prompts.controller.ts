import { Body, Controller, Delete, Get, Param, Patch, Post, Put, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Scope } from '#libs/kernel';
import { type PromptRecord, PromptsService } from '#libs/prompts';
import { CurrentScope, Requires } from '../edge/access.decorators.js';
import { Cursors } from '../edge/cursor.js';
import { paged } from '../edge/paged.js';
import { Responds, RespondsNothing } from '../edge/responds.decorator.js';
import {
	AddPromptVersion,
	CreatePrompt,
	Label,
	Prompt,
	PromptId,
	PromptList,
	PromptsQuery,
	PromptVersion,
	PromptVersionList,
	PutLabel,
	RenderedPrompt,
	RenderPrompt,
	UpdatePrompt,
} from './prompts.schemas.js';

@ApiTags('Prompts')
@Controller('api/v1/prompts')
export class PromptsController {
	constructor(
		private readonly prompts: PromptsService,
		private readonly cursors: Cursors,
	) {}

	@Get()
	@Requires('prompts:read')
	@Responds(200, PromptList, 'Own prompts, shared ones, and those that come with the installation')
	list(@CurrentScope() scope: Scope, @Query({ schema: PromptsQuery }) { limit, cursor, search }: PromptsQuery) {
		return paged({ scope, name: 'prompts', query: { limit, cursor }, cursors: this.cursors }, (page) =>
			this.prompts.list(scope, { search }, page),
		);
	}

	@Post()
	@Requires('prompts:write')
	@Responds(201, Prompt, 'The new prompt with its first version')
	create(@CurrentScope() scope: Scope, @Body({ schema: CreatePrompt }) input: CreatePrompt): Promise<PromptRecord> {
		return this.prompts.create(scope, input);
	}

	@Get(':id')
	@Requires('prompts:read')
	@Responds(200, Prompt, 'One prompt')
	get(@CurrentScope() scope: Scope, @Param('id', { schema: PromptId }) id: string): Promise<PromptRecord> {
		return this.prompts.get(scope, id);
	}

	@Patch(':id')
	@Requires('prompts:write')
	@Responds(200, Prompt, 'The prompt as it is now')
	update(
		@CurrentScope() scope: Scope,
		@Param('id', { schema: PromptId }) id: string,
		@Body({ schema: UpdatePrompt }) change: UpdatePrompt,
	): Promise<PromptRecord> {
		return this.prompts.update(scope, id, change);
	}

	@Delete(':id')
	@Requires('prompts:write')
	@RespondsNothing('It is gone with all its versions')
	remove(@CurrentScope() scope: Scope, @Param('id', { schema: PromptId }) id: string): Promise<void> {
		return this.prompts.remove(scope, id);
	}

	@Get(':id/versions')
	@Requires('prompts:read')
	@Responds(200, PromptVersionList, 'What it says and said, newest first; the last hundred')
	async versions(@CurrentScope() scope: Scope, @Param('id', { schema: PromptId }) id: string) {
		return { items: await this.prompts.versions(scope, id), nextCursor: null };
	}

	@Post(':id/versions')
	@Requires('prompts:write')
	@Responds(201, PromptVersion, 'The new version, the latest now')
	addVersion(
		@CurrentScope() scope: Scope,
		@Param('id', { schema: PromptId }) id: string,
		@Body({ schema: AddPromptVersion }) input: AddPromptVersion,
	) {
		return this.prompts.addVersion(scope, id, input);
	}

	@Put(':id/labels/:label')
	@Requires('prompts:write')
	@Responds(200, Prompt, 'The label names that version')
	setLabel(
		@CurrentScope() scope: Scope,
		@Param('id', { schema: PromptId }) id: string,
		@Param('label', { schema: Label }) label: string,
		@Body({ schema: PutLabel }) { version }: PutLabel,
	): Promise<PromptRecord> {
		return this.prompts.setLabel(scope, id, label, version);
	}

	@Delete(':id/labels/:label')
	@Requires('prompts:write')
	@RespondsNothing('The label names nothing')
	removeLabel(
		@CurrentScope() scope: Scope,
		@Param('id', { schema: PromptId }) id: string,
		@Param('label', { schema: Label }) label: string,
	): Promise<void> {
		return this.prompts.removeLabel(scope, id, label);
	}

	@Post(':id/render')
	@Requires('prompts:read')
	@Responds(200, RenderedPrompt, 'The text with all values in their places')
	render(
		@CurrentScope() scope: Scope,
		@Param('id', { schema: PromptId }) id: string,
		@Body({ schema: RenderPrompt }) asked: RenderPrompt,
	) {
		return this.prompts.render(scope, id, asked);
	}
}
