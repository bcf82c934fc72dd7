import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { PromptEntity, PromptLabelEntity, PromptVersionEntity } from './persistence/prompt.entity.js';
import { PromptsRepository } from './persistence/prompts.repository.js';
import { PromptsService } from './prompts.service.js';

/** Templates with versions. For any process. */
@Module({
	imports: [TypeOrmModule.forFeature([PromptEntity, PromptLabelEntity, PromptVersionEntity])],
	providers: [PromptsRepository, PromptsService],
	exports: [PromptsService],
})
export class PromptsModule {}
