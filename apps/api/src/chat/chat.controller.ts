import { Body, Controller, Get, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Scope } from '#libs/kernel';
import { type RunRecord, RunsService } from '#libs/runs';
import { CurrentScope, Requires } from '../edge/access.decorators.js';
import { Accepted, Responds } from '../edge/responds.decorator.js';
import { ChatRequest, orderOf, Run, RunEventsQuery, RunId, RunList, SendMessage } from './chat.schemas.js';
import { RunDoor } from './run-door.js';
import { StreamsEvents } from './streams-events.decorator.js';

@ApiTags('Chat')
@Controller('api/v1')
export class ChatController {
	constructor(
		private readonly door: RunDoor,
		private readonly runs: RunsService,
	) {}

	@Post('chat')
	@Requires('conversations:write', 'models:use')
	@StreamsEvents('The run that answers, event by event; it goes on when the client leaves')
	chat(
		@Req() request: FastifyRequest,
		@Res() reply: FastifyReply,
		@Body({ schema: ChatRequest }) input: ChatRequest,
	): Promise<void> {
		return this.door.begin({ request, reply }, orderOf(input, input.conversationId));
	}

	@Post('conversations/:id/messages')
	@Requires('conversations:write', 'models:use')
	@StreamsEvents('The run that answers, event by event; it goes on when the client leaves')
	send(
		@Req() request: FastifyRequest,
		@Res() reply: FastifyReply,
		@Param('id', { schema: RunId }) id: string,
		@Body({ schema: SendMessage }) input: SendMessage,
	): Promise<void> {
		return this.door.begin({ request, reply }, orderOf(input, id));
	}

	@Get('conversations/:id/runs')
	@Requires('conversations:read')
	@Responds(200, RunList, 'The last fifty runs of the conversation, the newest first')
	async list(@CurrentScope() scope: Scope, @Param('id', { schema: RunId }) id: string) {
		return { items: await this.runs.list(scope, id), nextCursor: null };
	}

	@Get('runs/:id')
	@Requires('conversations:read')
	@Responds(200, Run, 'One run')
	get(@CurrentScope() scope: Scope, @Param('id', { schema: RunId }) id: string): Promise<RunRecord> {
		return this.runs.get(scope, id);
	}

	@Get('runs/:id/events')
	@Requires('conversations:read')
	@StreamsEvents('The events behind `after` or `Last-Event-ID`, then what comes, to the end')
	events(
		@Req() request: FastifyRequest,
		@Res() reply: FastifyReply,
		@Param('id', { schema: RunId }) id: string,
		@Query({ schema: RunEventsQuery }) { after }: RunEventsQuery,
	): Promise<void> {
		return this.door.resume({ request, reply }, id, after);
	}

	@Post('runs/:id/stop')
	@Requires('conversations:write')
	@Responds(202, Accepted, 'The upstream is let go; what came so far is kept')
	stop(@CurrentScope() scope: Scope, @Param('id', { schema: RunId }) id: string): Promise<void> {
		return this.runs.stop(scope, id);
	}
}
