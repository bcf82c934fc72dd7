import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { demand, type Principal } from '#libs/access';
import { resumePosition } from '#libs/chat';
import { Config } from '#libs/config';
import { checkedKey, fingerprintOf } from '#libs/idempotency';
import { AppError, type Scope } from '#libs/kernel';
import { type RunCaller, RunFeeds, type RunOrder, RunsService } from '#libs/runs';
import { Authenticator } from '../edge/authenticator.js';
import { ErrorReply } from '../edge/error-reply.js';
import { RawDownstream } from '../gateway/raw-downstream.js';
import { type PumpPatience, RunPump, type RunWriter, sseWriter } from './run-pump.js';

/** A request and its reply, as Fastify has them. */
export interface Exchanged {
	readonly request: FastifyRequest;
	readonly reply: FastifyReply;
}

/** Begins runs for requests and tells them to clients. */
@Injectable()
export class RunDoor {
	private readonly patience: PumpPatience;

	constructor(
		config: Config,
		private readonly runs: RunsService,
		private readonly feeds: RunFeeds,
		private readonly authenticator: Authenticator,
		private readonly errors: ErrorReply,
	) {
		const { STREAM_KEEP_ALIVE_MS: keepAliveMs, CLIENT_STALL_TIMEOUT_MS: stalledMs } = config.upstreams;
		this.patience = { keepAliveMs, stalledMs };
	}

	/** @throws AppError while nothing was written */
	async begin({ request, reply }: Exchanged, order: RunOrder, writer: RunWriter = sseWriter): Promise<void> {
		const scope = request.scope as Scope;
		const key = request.headers['idempotency-key'];
		const once =
			typeof key === 'string' ? { key: checkedKey(key), fingerprint: fingerprintOfRequest(request) } : undefined;
		const { id, isRepeated } = await this.runs.begin(scope, this.callerOf(request), { ...order, once });
		const repeated: Record<string, string> = isRepeated ? { 'idempotency-replayed': 'true' } : {};
		await this.tell({ request, reply }, id, 0, { ...writer, headers: { ...writer.headers, ...repeated } });
	}

	/** Goes on behind what the client has seen. @throws AppError missing; invalid `invalid_position` */
	async resume({ request, reply }: Exchanged, id: string, after: string | undefined): Promise<void> {
		const position = resumePosition(after, request.headers['last-event-id'] as string | undefined);
		if (position === undefined)
			throw new AppError(
				'invalid',
				'invalid_position',
				'after and Last-Event-ID must be the id of an event: a whole number',
			);
		await this.tell({ request, reply }, id, position, sseWriter);
	}

	/** The answer that is being written in what a client calls so; 204 where none is. */
	async rejoin({ request, reply }: Exchanged, clientChatId: string, writer: RunWriter): Promise<void> {
		const run = await this.runs.openIn(request.scope as Scope, clientChatId);
		if (run === undefined) await reply.code(204).send();
		else await this.tell({ request, reply }, run, 0, writer);
	}

	/** @throws AppError missing */
	async tell({ request, reply }: Exchanged, id: string, after: number, writer: RunWriter): Promise<void> {
		const feed = await this.feeds.open(request.scope as Scope, id);
		const down = new RawDownstream(request, reply, this.errors);
		new RunPump(feed, down, writer, this.patience).begin(after);
	}

	private callerOf(request: FastifyRequest): RunCaller {
		return {
			principal: request.principal as Principal,
			fresh: async () => {
				this.authenticator.forget(request.headers);
				const principal = await this.authenticator.authenticate(request);
				demand(principal, 'models:use');
				return principal;
			},
		};
	}
}

const fingerprintOfRequest = ({ raw, rawBody }: FastifyRequest): Buffer =>
	fingerprintOf(raw.url ?? '', rawBody ?? Buffer.alloc(0));
