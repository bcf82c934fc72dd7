import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AppError, SYSTEM_ORGANIZATION_ID } from '#libs/kernel';

interface Listed {
	readonly id: string;
	readonly slug: string;
}

/** Every organization, for an operator at the command line: only the owner of the schema sees them all. */
@Injectable()
export class OrganizationDirectory {
	constructor(private readonly source: DataSource) {}

	/** By slug. */
	async all(): Promise<Listed[]> {
		return this.source.query<Listed[]>('SELECT id, slug FROM organizations ORDER BY slug');
	}

	/**
	 * The named organization, or the only one that there is beside the system organization.
	 * @throws AppError missing `organization_not_found`; invalid `organization_needed` when there are several.
	 */
	async resolve(slug: string | undefined): Promise<Listed> {
		const all = await this.all();
		const eligible =
			slug === undefined ? all.filter(({ id }) => id !== SYSTEM_ORGANIZATION_ID) : all.filter((o) => o.slug === slug);
		const [only, another] = eligible;
		if (another !== undefined)
			throw new AppError('invalid', 'organization_needed', 'There are several organizations: name one by its slug');
		if (only === undefined)
			throw new AppError(
				'missing',
				'organization_not_found',
				slug === undefined
					? 'There is no organization yet: run parallama bootstrap'
					: `No organization has the slug ${slug}`,
			);
		return only;
	}
}
