import { Injectable, Logger } from '@nestjs/common';
import { UnitOfWork } from '#libs/database';
import { OutboxRepository } from '#libs/jobs';
import { AppError, type Scope, SYSTEM_ORGANIZATION_ID, systemScope } from '#libs/kernel';
import { captureBug } from '#libs/telemetry';
import type { Registered } from './handler-registry.js';
import { type JobMessage, parseMessage } from './job-message.js';

/** Runs one delivery of a job, whatever carried it here. */
@Injectable()
export class JobProcessor {
	private readonly logger = new Logger('Jobs');

	constructor(
		private readonly work: UnitOfWork,
		private readonly outbox: OutboxRepository,
	) {}

	/**
	 * Does nothing for a job that is finished already. Rejects with what the handler threw.
	 * @throws ZodError for a payload, AppError invalid for a version that this build does not know.
	 */
	async process({ contract, handler }: Registered, id: string, data: unknown): Promise<void> {
		const message = parseMessage(data);
		const scope = scopeOf(message, contract.name, id);
		if (message.organizationId === null) return handler.handle(scope, payloadOf(message), scheduledDelivery(id));
		if (!(await this.isPending(scope, id))) return;
		await handler.handle(scope, payloadOf(message), { id, finish: (tenant) => this.outbox.finish(tenant, id) });
		await this.work.run(scope, (tenant) => this.outbox.finish(tenant, id));

		function payloadOf({ version, payload }: JobMessage): unknown {
			if (version > contract.version)
				throw new AppError('unavailable', 'newer_job', `${contract.name} version ${version} needs a newer worker`);
			if (version < contract.version)
				throw new AppError('invalid', 'older_job', `${contract.name} version ${version} is not understood any more`);
			return contract.payload.parse(payload);
		}
	}

	/** Records that a job is given up for good. */
	async giveUp(name: string, id: string, data: unknown, error: Error): Promise<void> {
		const message = parseMessage(data);
		const { organizationId } = message;
		captureBug(error, { where: `job ${name}`, organizationId: organizationId ?? undefined });
		this.logger.error(`${name} ${id} is given up: ${error.stack ?? error.message}`);
		if (organizationId === null) return;
		await this.work.run(scopeOf(message, name, id), (tenant) => this.outbox.fail(tenant, id, error.message));
	}

	private async isPending(scope: Scope, id: string): Promise<boolean> {
		const state = await this.work.run(scope, (tenant) => this.outbox.find(tenant, id));
		return state?.status === 'pending';
	}
}

const scheduledDelivery = (id: string) => ({ id, finish: () => Promise.resolve(true) });

const scopeOf = ({ organizationId, requestId }: JobMessage, name: string, id: string): Scope =>
	systemScope(organizationId ?? SYSTEM_ORGANIZATION_ID, name, requestId ?? id);
