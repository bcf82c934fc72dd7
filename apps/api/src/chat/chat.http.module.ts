import { Module } from '@nestjs/common';
import { RunsModule } from '#libs/runs';
import { ChatController } from './chat.controller.js';
import { RunDoor } from './run-door.js';
import { UiChatController } from './ui-chat.controller.js';

@Module({ imports: [RunsModule], controllers: [ChatController, UiChatController], providers: [RunDoor] })
export class ChatHttpModule {}
