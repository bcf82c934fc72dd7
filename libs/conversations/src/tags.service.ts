import { Injectable } from '@nestjs/common';
import { type TenantScope, UnitOfWork } from '#libs/database';
import { missing, type Scope } from '#libs/kernel';
import { TagsRepository } from './persistence/tags.repository.js';
import type { TagChange, TagInput, TagRecord } from './tag.js';

/** A person's own tags. */
@Injectable()
export class TagsService {
	constructor(
		private readonly work: UnitOfWork,
		private readonly tags: TagsRepository,
	) {}

	/** By name. */
	list(scope: Scope): Promise<TagRecord[]> {
		return this.work.run(scope, (tenant) => this.tags.all(tenant));
	}

	/** @throws AppError conflict `tag_name_taken`, `quota_reached` */
	create(scope: Scope, input: TagInput): Promise<TagRecord> {
		return this.work.run(scope, async (tenant) => this.demand(tenant, await this.tags.insert(tenant, input)));
	}

	/** Gives a conversation the tags of these names, and makes those that are not there. @throws AppError conflict `quota_reached` */
	give(scope: Scope, conversationId: string, names: readonly string[]): Promise<void> {
		return this.work.run(scope, async (tenant) => {
			const ids = new Map((await this.tags.all(tenant)).map(({ name, id }) => [name.toLowerCase(), id]));
			for (const name of names) {
				const key = name.toLowerCase();
				const id = ids.get(key) ?? (await this.tags.insert(tenant, { name, color: null }));
				ids.set(key, id);
				await this.tags.add(tenant, [conversationId], id);
			}
		});
	}

	/** @throws AppError missing; conflict `tag_name_taken` */
	update(scope: Scope, id: string, change: TagChange): Promise<TagRecord> {
		return this.work.run(scope, async (tenant) => {
			await this.demand(tenant, id);
			await this.tags.update(tenant, id, change);
			return this.demand(tenant, id);
		});
	}

	/** Conversations lose it. @throws AppError missing */
	remove(scope: Scope, id: string): Promise<void> {
		return this.work.run(scope, async (tenant) => {
			await this.demand(tenant, id);
			await this.tags.delete(tenant, id);
		});
	}

	private async demand(tenant: TenantScope, id: string): Promise<TagRecord> {
		const found = await this.tags.find(tenant, id);
		if (found === undefined) throw missing('The tag');
		return found;
	}
}
