import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '#libs/database';

/** The worker's round: it alone may see that other organizations exist, and then visits them one by one. */
@Injectable()
export class OrganizationWalk {
	constructor(private readonly work: UnitOfWork) {}

	/** Every organization's id, oldest first. */
	async ids(): Promise<string[]> {
		const rows = await this.work.callDefiner<{ id: string }>('SELECT id FROM organizations ORDER BY id', []);
		return rows.map(({ id }) => id);
	}
}
