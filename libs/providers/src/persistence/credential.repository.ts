import { Injectable } from '@nestjs/common';
import { Config } from '#libs/config';
import type { TenantScope } from '#libs/database';
import { newId, Sealer, storableText } from '#libs/kernel';
import { credentialContext } from '../credential-context.js';
import { ProviderCredentialEntity } from './provider-credential.entity.js';

/** What may be shown of a credential. */
export interface CredentialRecord {
	readonly id: string;
	readonly label: string;
	/** The last four characters; empty when the whole is too short to show a part. */
	readonly last4: string;
	readonly isEnabled: boolean;
	readonly priority: number;
	readonly createdAt: Date;
	readonly updatedAt: Date;
}

export interface NewCredential {
	readonly apiKey: string;
	readonly label: string;
	readonly priority: number;
}

export type CredentialChange = Partial<Pick<CredentialRecord, 'label' | 'priority' | 'isEnabled'>>;

const columns = {
	id: true,
	label: true,
	last4: true,
	isEnabled: true,
	priority: true,
	createdAt: true,
	updatedAt: true,
} as const;

/** Shorter secrets would show too much of themselves. */
const MIN_TO_SHOW_PART = 16;

@Injectable()
export class CredentialRepository {
	private readonly sealer: Sealer;

	constructor(config: Config) {
		this.sealer = new Sealer(config.secrets.ENCRYPTION_KEY ?? []);
	}

	/** @throws AppError bug `unsealable` */
	open(organizationId: string, id: string, sealed: string): string {
		return this.sealer.open(sealed, credentialContext(organizationId, id));
	}

	/** In the order in which they are tried. */
	async list({ organizationId, transaction }: TenantScope, providerId: string): Promise<CredentialRecord[]> {
		return transaction.manager.find(ProviderCredentialEntity, {
			select: columns,
			where: { organizationId, providerId },
			order: { priority: 'ASC', id: 'ASC' },
		});
	}

	async find(scope: TenantScope, providerId: string, id: string): Promise<CredentialRecord | undefined> {
		return (await this.list(scope, providerId)).find((credential) => credential.id === id);
	}

	/** Returns its id. */
	async insert(
		{ organizationId, transaction }: TenantScope,
		providerId: string,
		{ apiKey, label, priority }: NewCredential,
	): Promise<string> {
		const id = newId();
		await transaction.manager.insert(ProviderCredentialEntity, {
			organizationId,
			id,
			providerId,
			secretSealed: this.sealer.seal(apiKey, credentialContext(organizationId, id)),
			last4: apiKey.length < MIN_TO_SHOW_PART ? '' : apiKey.slice(-4),
			label: storableText(label),
			priority,
		});
		return id;
	}

	/** Returns whether there is one. */
	async update(scope: TenantScope, providerId: string, id: string, change: CredentialChange): Promise<boolean> {
		const { organizationId, transaction } = scope;
		const { label, priority, isEnabled } = change;
		const result = await transaction.manager.update(
			ProviderCredentialEntity,
			{ organizationId, providerId, id },
			{
				...(label === undefined ? {} : { label: storableText(label) }),
				...(priority === undefined ? {} : { priority }),
				...(isEnabled === undefined ? {} : { isEnabled }),
				updatedAt: () => 'now()',
			},
		);
		return result.affected === 1;
	}

	/** Returns whether there was one. */
	async delete({ organizationId, transaction }: TenantScope, providerId: string, id: string): Promise<boolean> {
		const result = await transaction.manager.delete(ProviderCredentialEntity, { organizationId, providerId, id });
		return result.affected === 1;
	}

	async deleteAll({ organizationId, transaction }: TenantScope, providerId: string): Promise<void> {
		await transaction.manager.delete(ProviderCredentialEntity, { organizationId, providerId });
	}
}
