import { Body, Controller, Get, Param, Post, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Requires } from '../edge/access.decorators.js';
import { RunDoor } from './run-door.js';
import { uiWriter } from './ui-writer.js';
import { StreamsEvents } from './streams-events.decorator.js';
import { ClientChatId, orderOfUi, UiChatRequest } from './ui-chat.schemas.js';

/** What the chat hooks of the Vercel AI SDK talk to. */
@ApiTags('Chat')
@Controller('api/v1/chat/ui')
export class UiChatController {
	constructor(private readonly door: RunDoor) {}

	@Post()
	@Requires('conversations:write', 'models:use')
	@StreamsEvents('The answer as a UI message stream; it goes on when the client leaves')
	chat(
		@Req() request: FastifyRequest,
		@Res() reply: FastifyReply,
		@Body({ schema: UiChatRequest }) input: UiChatRequest,
	): Promise<void> {
		return this.door.begin({ request, reply }, orderOfUi(input), uiWriter());
	}

	@Get(':chatId/stream')
	@Requires('conversations:read')
	@StreamsEvents('The answer that is being written, from its beginning; 204 where none is')
	rejoin(
		@Req() request: FastifyRequest,
		@Res() reply: FastifyReply,
		@Param('chatId', { schema: ClientChatId }) chatId: string,
	): Promise<void> {
		return this.door.rejoin({ request, reply }, chatId, uiWriter());
	}
}
