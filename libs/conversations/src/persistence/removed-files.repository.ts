import { Injectable } from '@nestjs/common';
import type { TenantScope } from '#libs/database';
import { RemovedFileEntity } from './removed-file.entity.js';

/** Files that nothing names any more, noted by triggers. */
@Injectable()
export class RemovedFilesRepository {
	/** The oldest ones. */
	some(
		{ organizationId, transaction }: TenantScope,
		limit: number,
	): Promise<Pick<RemovedFileEntity, 'id' | 'storageKey'>[]> {
		return transaction.manager.find(RemovedFileEntity, {
			select: { id: true, storageKey: true },
			where: { organizationId },
			order: { createdAt: 'ASC', id: 'ASC' },
			take: limit,
		});
	}

	async forget({ organizationId, transaction }: TenantScope, ids: readonly string[]): Promise<void> {
		await transaction.manager.query('DELETE FROM removed_files WHERE organization_id = $1 AND id = ANY ($2)', [
			organizationId,
			ids,
		]);
	}
}
