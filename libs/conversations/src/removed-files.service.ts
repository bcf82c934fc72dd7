import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '#libs/database';
import type { Scope } from '#libs/kernel';
import { FileStorage } from '#libs/storage';
import { RemovedFilesRepository } from './persistence/removed-files.repository.js';

const AT_ONCE = 100;

/** Files whose row is gone go from storage, too. */
@Injectable()
export class RemovedFilesService {
	constructor(
		private readonly work: UnitOfWork,
		private readonly removed: RemovedFilesRepository,
		private readonly storage: FileStorage,
	) {}

	/** Idempotent: a file is forgotten after it is gone. Returns how many there were. */
	async sweep(scope: Scope): Promise<number> {
		let swept = 0;
		for (;;) {
			const files = await this.work.run(scope, (tenant) => this.removed.some(tenant, AT_ONCE));
			for (const { storageKey } of files) await this.storage.delete(scope, storageKey);
			await this.work.run(scope, (tenant) =>
				this.removed.forget(
					tenant,
					files.map(({ id }) => id),
				),
			);
			swept += files.length;
			if (files.length < AT_ONCE) return swept;
		}
	}
}
