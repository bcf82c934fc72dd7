import type { SealedColumn } from '#libs/kernel';

/** A sealed credential opens in its own row only. */
export const credentialContext = (organizationId: string, id: string): string =>
	`${organizationId}|provider_credentials|${id}|secret_sealed`;

export const sealedCredentials: SealedColumn = {
	table: 'provider_credentials',
	column: 'secret_sealed',
	key: ['organization_id', 'id'],
	contextOf: ([organizationId = '', id = '']) => credentialContext(organizationId, id),
};
