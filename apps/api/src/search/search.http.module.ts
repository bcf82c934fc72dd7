import { Module } from '@nestjs/common';
import { ConversationsModule } from '#libs/conversations';
import { SearchController } from './search.controller.js';

@Module({ imports: [ConversationsModule], controllers: [SearchController] })
export class SearchHttpModule {}
