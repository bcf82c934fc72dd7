import { Injectable } from '@nestjs/common';
import { AuditLog } from '#libs/audit';
import { UnitOfWork } from '#libs/database';
import { JobBus, reratePrices } from '#libs/jobs';
import { AppError, missing, type Page, type PageRequest, type Scope } from '#libs/kernel';
import { ReratingsRepository } from '../persistence/reratings.repository.js';
import { checkPeriod } from '../usage-report.js';
import type { Rerating } from './rerating.js';

/** Has the worker charge a period anew, and says what came of it. */
@Injectable()
export class ReratingsService {
	constructor(
		private readonly work: UnitOfWork,
		private readonly reratings: ReratingsRepository,
		private readonly jobs: JobBus,
		private readonly audit: AuditLog,
	) {}

	/** One at a time. @throws AppError invalid for a period that makes no sense or is not over; conflict while another one runs */
	async start(scope: Scope, from: Date, to: Date): Promise<Rerating> {
		checkPeriod(from, to);
		if (to.getTime() > Date.now()) throw notOver();
		return this.work.run(scope, async (tenant) => {
			if (await this.reratings.isOneRunning(tenant)) throw running();
			const id = await this.reratings.insert(tenant, from, to);
			await this.jobs.put(tenant, reratePrices, { reratingId: id });
			const after = present(await this.reratings.find(tenant, id));
			await this.audit.record(tenant, { action: 'price.rerate', targetType: 'price_rerating', targetId: id, after });
			return after;
		});
	}

	/** @throws AppError missing */
	get(scope: Scope, id: string): Promise<Rerating> {
		return this.work.run(scope, async (tenant) => present(await this.reratings.find(tenant, id)));
	}

	/** Newest first. */
	list(scope: Scope, request: PageRequest): Promise<Page<Rerating>> {
		return this.work.run(scope, (tenant) => this.reratings.page(tenant, request));
	}
}

function present(rerating: Rerating | undefined): Rerating {
	if (rerating === undefined) throw missing('The rerating');
	return rerating;
}

const running = (): AppError =>
	new AppError('conflict', 'already_exists', 'Another period is being charged anew: wait until that is finished');

const notOver = (): AppError =>
	new AppError('invalid', 'validation_failed', 'The period is not over', {
		details: [{ field: 'to', code: 'not_over', message: 'must not be later than now' }],
	});
