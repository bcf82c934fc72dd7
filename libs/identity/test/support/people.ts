import type { Config } from '#libs/config';
import { bootstrap, type BootstrapResult, generateSecrets } from '#libs/installation';
import { newId, type Scope, systemScope } from '#libs/kernel';
import { asOwner, testConfig } from '#libs/testing';

export const secrets = generateSecrets();
export const adminPassword = secrets.BOOTSTRAP_ADMIN_PASSWORD;
export const client = { ip: '127.0.0.1', userAgent: 'jest', requestId: 'test' };

const { BOOTSTRAP_ADMIN_EMAIL, BOOTSTRAP_ADMIN_PASSWORD, BOOTSTRAP_API_KEY } = secrets;

/** The api's configuration of this file, with everything that a bootstrap needs. */
export const config: Config = testConfig('api', { BOOTSTRAP_ADMIN_EMAIL, BOOTSTRAP_ADMIN_PASSWORD, BOOTSTRAP_API_KEY });

export const firstAdmin = (): Promise<BootstrapResult> => bootstrap(config, { replaceRevokedKey: false });

export const system = (organizationId: string): Scope => systemScope(organizationId, 'test', newId());

/** A second organization, empty. */
export async function anotherOrganization(): Promise<string> {
	const id = newId();
	await asOwner('INSERT INTO organizations (id, slug, name) VALUES ($1, $2, $2)', [id, `o-${id}`]);
	await asOwner(`INSERT INTO projects (organization_id, id, name, is_default) VALUES ($1, $2, 'Default', true)`, [
		id,
		newId(),
	]);
	return id;
}

/** Makes a user a member of one more organization. */
export async function join(organizationId: string, userId: string): Promise<void> {
	await asOwner('INSERT INTO memberships (organization_id, id, user_id) VALUES ($1, $2, $3)', [
		organizationId,
		newId(),
		userId,
	]);
}
