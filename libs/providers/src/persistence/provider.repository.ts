import { Injectable, Logger } from '@nestjs/common';
import { Config } from '#libs/config';
import type { TenantScope } from '#libs/database';
import { newId, Sealer } from '#libs/kernel';
import type { Credential, Provider, ProviderKind } from '../provider.js';
import { readSettings } from '../provider-settings.js';
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
	readonly settings: unknown;
	readonly isEnabled: boolean;
	readonly isShared: boolean;
	readonly createdAt: Date;
	readonly updatedAt: Date;
	/** Enabled ones, in the order in which they are tried. */
	readonly credentials: readonly SealedCredential[];
}

interface SealedCredential {
	readonly id: string;
	readonly sealed: string;
	readonly last4: string;
	readonly changed: string;
}

@Injectable()
export class ProviderRepository {
	private readonly logger = new Logger('Providers');
	private readonly sealer: Sealer;

	constructor(config: Config) {
		this.sealer = new Sealer(config.secrets.ENCRYPTION_KEY ?? []);
	}

	/** The organization's enabled ones, with their credentials opened. */
	async usable(scope: TenantScope): Promise<Provider[]> {
		const rows = (await this.rows(scope)).filter(({ isEnabled }) => isEnabled);
		return rows.flatMap((row) => {
			const { organizationId, id, name, kind, baseUrl, isShared, credentials: sealed } = row;
			const credentials = sealed.flatMap((credential) => this.opened(row, credential));
			if (credentials.length === 0 && sealed.length > 0) return []; // one lost key must not take the other providers along
			const revision = [row.updatedAt.getTime(), ...sealed.map((each) => `${each.id}@${each.changed}`)].join('/');
			return Object.freeze({
				organizationId,
				id,
				name,
				kind,
				baseUrl,
				isShared,
				revision,
				settings: readSettings(row.settings),
				credentials: Object.freeze(credentials),
				credential: credentials[0]?.secret,
			});
		});
	}

	async own(scope: TenantScope): Promise<ProviderRecord[]> {
		return (await this.rows(scope)).map(toRecord);
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

	private opened({ organizationId, id }: Row, credential: SealedCredential): Credential[] {
		try {
			const secret = this.sealer.open(credential.sealed, contextOf(organizationId, credential.id));
			return [Object.freeze({ id: credential.id, secret })];
		} catch (error) {
			this.logger.error(
				`A credential of provider ${id} does not open with the configured ENCRYPTION_KEY: ${String(error)}`,
			);
			return [];
		}
	}

	private async rows({ organizationId, transaction }: TenantScope): Promise<Row[]> {
		return transaction.manager.query<Row[]>(
			`SELECT p.organization_id AS "organizationId", p.id, p.name, p.kind, p.base_url AS "baseUrl", p.settings,
				p.is_enabled AS "isEnabled", p.is_shared AS "isShared", p.created_at AS "createdAt", p.updated_at AS "updatedAt",
				(SELECT coalesce(json_agg(json_build_object('id', c.id, 'sealed', c.secret_sealed, 'last4', c.last4,
						'changed', extract(epoch FROM c.updated_at)::text) ORDER BY c.priority, c.id), '[]')
					FROM provider_credentials c
					WHERE c.organization_id = p.organization_id AND c.provider_id = p.id AND c.is_enabled) AS credentials
			FROM providers p WHERE p.organization_id = $1 ORDER BY p.id`,
			[organizationId],
		);
	}
}

const contextOf = (organizationId: string, credentialId: string): string =>
	`${organizationId}|provider_credentials|${credentialId}|secret_sealed`;

const toRecord = ({ id, name, kind, baseUrl, isEnabled, credentials, createdAt }: Row): ProviderRecord => ({
	id,
	name,
	kind,
	baseUrl,
	isEnabled,
	credentialLast4: credentials[0]?.last4 ?? null,
	createdAt,
});
