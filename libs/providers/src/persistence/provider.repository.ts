import { Injectable, Logger } from '@nestjs/common';
import { Config } from '#libs/config';
import type { TenantScope } from '#libs/database';
import { newId, Sealer } from '#libs/kernel';
import type { Provider, ProviderKind } from '../provider.js';
import { ProviderEntity } from './provider.entity.js';
import { ProviderCredentialEntity } from './provider-credential.entity.js';

/** What may be shown of a provider: never its credential. */
export interface ProviderRecord {
	readonly id: string;
	readonly name: string;
	readonly kind: ProviderKind;
	readonly baseUrl: string;
	readonly isEnabled: boolean;
	readonly credentialLast4: string | null;
	readonly createdAt: Date;
}

export interface NewProvider {
	readonly name: string;
	readonly kind: ProviderKind;
	readonly baseUrl: string;
	readonly apiKey: string | undefined;
}

interface Row {
	readonly organizationId: string;
	readonly id: string;
	readonly name: string;
	readonly kind: ProviderKind;
	readonly baseUrl: string;
	readonly isEnabled: boolean;
	readonly isShared: boolean;
	readonly createdAt: Date;
	readonly updatedAt: Date;
	readonly credentialId: string | null;
	readonly secretSealed: string | null;
	readonly last4: string | null;
}

@Injectable()
export class ProviderRepository {
	private readonly logger = new Logger('Providers');
	private readonly sealer: Sealer;

	constructor(config: Config) {
		this.sealer = new Sealer(config.secrets.ENCRYPTION_KEY ?? []);
	}

	/** Enabled ones, own before shared. Another organization's credential cannot be read, by row-level security. */
	async usable(scope: TenantScope): Promise<Provider[]> {
		const rows = (await this.rows(scope)).filter((row) => row.isEnabled);
		return rows.flatMap((row) => {
			const opened = this.credentialOf(row);
			if (opened === UNREADABLE) return []; // one lost key must not take the other providers along
			const { organizationId, id, name, kind, baseUrl, isShared, credentialId } = row;
			const revision = `${row.updatedAt.getTime()}/${credentialId ?? ''}`;
			return Object.freeze({
				organizationId,
				id,
				name,
				kind,
				baseUrl,
				isShared,
				revision,
				credential: opened,
			});
		});
	}

	async own(scope: TenantScope): Promise<ProviderRecord[]> {
		const rows = await this.rows(scope);
		return rows.filter((row) => row.organizationId === scope.organizationId).map(toRecord);
	}

	async insert(scope: TenantScope, input: NewProvider): Promise<ProviderRecord> {
		const { organizationId } = scope;
		const { manager } = scope.transaction;
		const id = newId();
		await manager.insert(ProviderEntity, {
			organizationId,
			id,
			name: input.name,
			kind: input.kind,
			baseUrl: input.baseUrl,
		});
		if (input.apiKey !== undefined) {
			const credentialId = newId();
			await manager.insert(ProviderCredentialEntity, {
				organizationId,
				id: credentialId,
				providerId: id,
				secretSealed: this.sealer.seal(input.apiKey, contextOf(organizationId, credentialId)),
				last4: input.apiKey.slice(-4),
			});
		}
		const created = (await this.own(scope)).find((row) => row.id === id);
		if (created === undefined) throw new Error('an inserted provider is not visible');
		return created;
	}

	/** Returns whether there was one. */
	async delete(scope: TenantScope, id: string): Promise<boolean> {
		const result = await scope.transaction.manager.delete(ProviderEntity, { organizationId: scope.organizationId, id });
		return result.affected === 1;
	}

	private credentialOf({
		organizationId,
		id,
		credentialId,
		secretSealed,
	}: Row): string | undefined | typeof UNREADABLE {
		if (credentialId === null || secretSealed === null) return undefined;
		try {
			return this.sealer.open(secretSealed, contextOf(organizationId, credentialId));
		} catch (error) {
			this.logger.error(
				`The credential of provider ${id} does not open with the configured ENCRYPTION_KEY: ${String(error)}`,
			);
			return UNREADABLE;
		}
	}

	private async rows(scope: TenantScope): Promise<Row[]> {
		return scope.transaction.manager.query<Row[]>(
			`SELECT p.organization_id AS "organizationId", p.id, p.name, p.kind, p.base_url AS "baseUrl", p.is_enabled AS "isEnabled",
				p.is_shared AS "isShared", p.created_at AS "createdAt", p.updated_at AS "updatedAt",
				c.id AS "credentialId", c.secret_sealed AS "secretSealed", c.last4
			FROM providers p
			LEFT JOIN LATERAL (SELECT * FROM provider_credentials c WHERE c.organization_id = p.organization_id AND c.provider_id = p.id
				ORDER BY c.id DESC LIMIT 1) c ON true
			WHERE p.organization_id = $1 OR p.is_shared
			ORDER BY p.organization_id <> $1, p.id`,
			[scope.organizationId],
		);
	}
}

const UNREADABLE = Symbol('unreadable');

const contextOf = (organizationId: string, credentialId: string): string =>
	`${organizationId}|provider_credentials|${credentialId}|secret_sealed`;

const toRecord = ({ id, name, kind, baseUrl, isEnabled, last4, createdAt }: Row): ProviderRecord => ({
	id,
	name,
	kind,
	baseUrl,
	isEnabled,
	credentialLast4: last4,
	createdAt,
});
