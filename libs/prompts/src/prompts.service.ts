import { Injectable } from '@nestjs/common';
import { type TenantScope, UnitOfWork } from '#libs/database';
import { missing, type Page, type PageRequest, type Scope } from '#libs/kernel';
import { PromptsRepository } from './persistence/prompts.repository.js';
import type {
	NewPromptVersion,
	PromptChange,
	PromptInput,
	PromptRecord,
	PromptVersion,
	RenderedPrompt,
	VersionChoice,
} from './prompt.js';
import { demandTemplate, type PromptValues, render } from './template.js';

/** Templates for what people say to models. Who may read one may render it; only its owner changes it. */
@Injectable()
export class PromptsService {
	constructor(
		private readonly work: UnitOfWork,
		private readonly prompts: PromptsRepository,
	) {}

	/** Newest first. `search`: a part of name or description. */
	list(
		scope: Scope,
		filter: { readonly search?: string | undefined },
		request: PageRequest,
	): Promise<Page<PromptRecord>> {
		return this.work.run(scope, (tenant) => this.prompts.page(tenant, { ...filter, ...request }));
	}

	/** @throws AppError missing */
	get(scope: Scope, id: string): Promise<PromptRecord> {
		return this.work.run(scope, (tenant) => this.demand(tenant, id));
	}

	/** @throws AppError invalid; conflict `quota_reached` */
	create(scope: Scope, input: PromptInput & NewPromptVersion): Promise<PromptRecord> {
		demandTemplate(input);
		return this.work.run(scope, async (tenant) => {
			const id = await this.prompts.insert(tenant, input);
			await this.prompts.addVersion(tenant, id, input);
			return this.demand(tenant, id);
		});
	}

	/** What it says is changed by a new version. @throws AppError missing */
	update(scope: Scope, id: string, change: PromptChange): Promise<PromptRecord> {
		return this.work.run(scope, async (tenant) => {
			await this.demandOwn(tenant, id);
			await this.prompts.update(tenant, id, change);
			return this.demand(tenant, id);
		});
	}

	/** With all versions. @throws AppError missing */
	remove(scope: Scope, id: string): Promise<void> {
		return this.work.run(scope, async (tenant) => {
			await this.demandOwn(tenant, id);
			await this.prompts.delete(tenant, id);
		});
	}

	/** Newest first; the last hundred. @throws AppError missing */
	versions(scope: Scope, id: string): Promise<PromptVersion[]> {
		return this.work.run(scope, async (tenant) => {
			await this.demand(tenant, id);
			return this.prompts.versions(tenant, id);
		});
	}

	/** @throws AppError missing, invalid */
	addVersion(scope: Scope, id: string, added: NewPromptVersion): Promise<PromptVersion> {
		demandTemplate(added);
		return this.work.run(scope, async (tenant) => {
			await this.demandOwn(tenant, id);
			await this.prompts.addVersion(tenant, id, added);
			return this.version(tenant, await this.demand(tenant, id), {});
		});
	}

	/** Moves a label to a version. @throws AppError missing */
	setLabel(scope: Scope, id: string, label: string, version: number): Promise<PromptRecord> {
		return this.work.run(scope, async (tenant) => {
			await this.version(tenant, await this.demandOwn(tenant, id), { version });
			await this.prompts.setLabel(tenant, id, label, version);
			return this.demand(tenant, id);
		});
	}

	/** @throws AppError missing */
	removeLabel(scope: Scope, id: string, label: string): Promise<void> {
		return this.work.run(scope, async (tenant) => {
			const { labels } = await this.demandOwn(tenant, id);
			if (!Object.hasOwn(labels, label)) throw missing('The label');
			await this.prompts.removeLabel(tenant, id, label);
		});
	}

	/** @throws AppError missing; invalid, naming the variables */
	render(scope: Scope, id: string, asked: VersionChoice & { readonly values: PromptValues }): Promise<RenderedPrompt> {
		return this.work.run(scope, async (tenant) => {
			const chosen = await this.version(tenant, await this.demand(tenant, id), asked);
			return { text: render(chosen, asked.values), model: chosen.model, version: chosen.version };
		});
	}

	private async version(
		tenant: TenantScope,
		{ id, labels, latestVersion }: PromptRecord,
		{ version, label }: VersionChoice,
	): Promise<PromptVersion> {
		const labelled = label === undefined || !Object.hasOwn(labels, label) ? undefined : labels[label];
		const wanted = version ?? (label === undefined ? latestVersion : labelled);
		const [found] = wanted === undefined ? [] : await this.prompts.versions(tenant, id, wanted);
		if (found === undefined) throw missing('The version');
		return found;
	}

	private async demand(tenant: TenantScope, id: string): Promise<PromptRecord> {
		return present(await this.prompts.find(tenant, id));
	}

	private async demandOwn(tenant: TenantScope, id: string): Promise<PromptRecord> {
		return present(await this.prompts.find(tenant, id, true));
	}
}

function present(prompt: PromptRecord | undefined): PromptRecord {
	if (prompt === undefined) throw missing('The prompt');
	return prompt;
}
