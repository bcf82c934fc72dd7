import { Module } from '@nestjs/common';
import { PromptsModule } from '#libs/prompts';
import { PromptsController } from './prompts.controller.js';

@Module({ imports: [PromptsModule], controllers: [PromptsController] })
export class PromptsHttpModule {}
