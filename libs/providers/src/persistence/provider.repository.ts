import { Injectable, Logger } from '@nestjs/common';
import type { TenantScope } from '#libs/database';
import { newId, type Page, pageOf, type PageRequest } from '#libs/kernel';
import type { Credential, Provider, ProviderKind } from '../provider.js';
import { type ProviderSettings, readSettings } from '../provider-settings.js';
import { CredentialRepository } from './credential.repository.js';
import { ProviderEntity } from './provider.entity.js';

/** What may be shown of a provider: never its credentials. */
export interface ProviderRecord {
	readonly id: string;
	readonly name: string;
	readonly kind: ProviderKind;
	readonly baseUrl: string;
	readonly settings: ProviderSettings;
	readonly isEnabled: boolean;
	/** With all organizations; the system organization's only. */
	readonly isShared: boolean;
	/** Of the credential that is tried first. */
	readonly credentialLast4: string | null;
	/** Enabled ones. */
	readonly credentialCount: number;
	readonly createdAt: Date;
	readonly updatedAt: Date;
}

/** The columns that callers set. */
export type ProviderFields = Pick<ProviderRecord, 'name' | 'kind' | 'baseUrl' | 'settings' | 'isEnabled' | 'isShared'>;

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

	constructor(private readonly credentials: CredentialRepository) {}

	/** The organization's enabled ones, with their credentials opened. */
	async usable(scope: TenantScope): Promise<Provider[]> {
		return (await this.rows(scope, 'p.is_enabled ORDER BY p.id')).flatMap((row) => this.opened(row) ?? []);
	}

	/** One of the organization's, enabled or not. */
	async openOne(scope: TenantScope, id: string): Promise<Provider | undefined> {
		const [row] = await this.rows(scope, 'p.id = $2', [id]);
		return row === undefined ? undefined : this.opened(row);
	}

	/** Newest first. */
	async page(scope: TenantScope, { limit, after }: PageRequest): Promise<Page<ProviderRecord>> {
		const rows = await this.rows(scope, '($2::uuid IS NULL OR p.id < $2) ORDER BY p.id DESC LIMIT $3', [
			after ?? null,
			limit + 1,
		]);
		return pageOf(rows.map(toRecord), limit);
	}

	async find(scope: TenantScope, id: string): Promise<ProviderRecord | undefined> {
		const [row] = await this.rows(scope, 'p.id = $2', [id]);
		return row === undefined ? undefined : toRecord(row);
	}

	/** Until the end of the transaction nobody else changes it or its credentials through this class. */
	async lock({ organizationId, transaction }: TenantScope, id: string): Promise<boolean> {
		const rows = await transaction.manager.query<unknown[]>(
			'SELECT 1 FROM providers WHERE organization_id = $1 AND id = $2 FOR UPDATE',
			[organizationId, id],
		);
		return rows.length === 1;
	}

	/** Those of the ids that are the organization's; none of them can be removed until the end of the transaction. */
	async keep({ organizationId, transaction }: TenantScope, ids: readonly string[]): Promise<ReadonlySet<string>> {
		const rows = await transaction.manager.query<{ id: string }[]>(
			'SELECT id FROM providers WHERE organization_id = $1 AND id = ANY ($2) ORDER BY id FOR SHARE',
			[organizationId, ids],
		);
		return new Set(rows.map(({ id }) => id));
	}

	/** Returns its id. */
	async insert({ organizationId, transaction }: TenantScope, fields: ProviderFields): Promise<string> {
		const id = newId();
		await transaction.manager.insert(ProviderEntity, { organizationId, id, ...columnsOf(fields) });
		return id;
	}

	async update(scope: TenantScope, id: string, change: Partial<ProviderFields>): Promise<void> {
		const { organizationId, transaction } = scope;
		await transaction.manager.update(
			ProviderEntity,
			{ organizationId, id },
			{ ...columnsOf(change), updatedAt: () => 'now()' },
		);
	}

	async delete({ organizationId, transaction }: TenantScope, id: string): Promise<void> {
		await transaction.manager.delete(ProviderEntity, { organizationId, id });
	}

	/** Names of the organization's aliases that have it as a target. */
	async aliasesOf({ organizationId, transaction }: TenantScope, id: string): Promise<string[]> {
		const rows = await transaction.manager.query<{ name: string }[]>(
			`SELECT DISTINCT a.name FROM model_alias_targets t
			JOIN model_aliases a ON a.organization_id = t.organization_id AND a.id = t.alias_id
			WHERE t.organization_id = $1 AND t.provider_id = $2 ORDER BY 1`,
			[organizationId, id],
		);
		return rows.map(({ name }) => name);
	}

	/** `undefined` when none of its credentials can be opened: one lost key must not take the other providers along. */
	private opened(row: Row): Provider | undefined {
		const { organizationId, id, name, kind, baseUrl, isShared, credentials: sealed } = row;
		const credentials = sealed.flatMap((credential) => this.openedCredential(row, credential));
		if (credentials.length === 0 && sealed.length > 0) return undefined;
		return Object.freeze({
			organizationId,
			id,
			name,
			kind,
			baseUrl,
			isShared,
			settings: readSettings(row.settings),
			credentials: Object.freeze(credentials),
			credential: credentials[0]?.secret,
			revision: [row.updatedAt.getTime(), ...sealed.map((each) => `${each.id}@${each.changed}`)].join('/'),
		});
	}

	private openedCredential({ organizationId, id }: Row, credential: SealedCredential): Credential[] {
		try {
			const secret = this.credentials.open(organizationId, credential.id, credential.sealed);
			return [Object.freeze({ id: credential.id, secret })];
		} catch (error) {
			this.logger.error(
				`A credential of provider ${id} does not open with the configured ENCRYPTION_KEY: ${String(error)}`,
			);
			return [];
		}
	}

	/** `condition` is SQL of this file; its parameters begin with $2. */
	private async rows(scope: TenantScope, condition: string, parameters: readonly unknown[] = []): Promise<Row[]> {
		return scope.transaction.manager.query<Row[]>(
			`SELECT p.organization_id AS "organizationId", p.id, p.name, p.kind, p.base_url AS "baseUrl", p.settings,
				p.is_enabled AS "isEnabled", p.is_shared AS "isShared", p.created_at AS "createdAt", p.updated_at AS "updatedAt",
				(SELECT coalesce(json_agg(json_build_object('id', c.id, 'sealed', c.secret_sealed, 'last4', c.last4,
						'changed', extract(epoch FROM c.updated_at)::text) ORDER BY c.priority, c.id), '[]')
					FROM provider_credentials c
					WHERE c.organization_id = p.organization_id AND c.provider_id = p.id AND c.is_enabled) AS credentials
			FROM providers p WHERE p.organization_id = $1 AND ${condition}`,
			[scope.organizationId, ...parameters],
		);
	}
}

/** Explicit, so that nothing else of an input becomes a column; what is undefined stays as it is. */
const columnsOf = ({ name, kind, baseUrl, settings, isEnabled, isShared }: Partial<ProviderFields>) => ({
	...(name === undefined ? {} : { name }),
	...(kind === undefined ? {} : { kind }),
	...(baseUrl === undefined ? {} : { baseUrl }),
	...(settings === undefined ? {} : { settings }),
	...(isEnabled === undefined ? {} : { isEnabled }),
	...(isShared === undefined ? {} : { isShared }),
});

const toRecord = ({ organizationId: _, credentials, settings, ...row }: Row): ProviderRecord => ({
	...row,
	settings: readSettings(settings),
	credentialLast4: credentials[0]?.last4 ?? null,
	credentialCount: credentials.length,
});
