import { randomBytes, sign } from 'node:crypto';
import type { Config } from '#libs/config';
import { SigningKeys } from '#libs/identity';
import { newId } from '#libs/kernel';
import { generateKey, hashSecret } from '#libs/keys';
import { asOwner } from '#libs/testing';

const SYSTEM = '00000000-0000-7000-8000-000000000001';
const builtIn = { owner: 1, admin: 2, premium: 3, basic: 4, viewer: 5 } as const;
export type BuiltInRole = keyof typeof builtIn;

export interface Tenant {
	readonly organizationId: string;
	readonly projectId: string;
	readonly userId: string;
	readonly email: string;
	/** An API key of the user with all their rights. */
	readonly key: string;
	readonly keyRowId: string;
}

/** An organization with its default project, one user in the role, and their API key; written as the owner. */
export async function addTenant(config: Config, role: BuiltInRole = 'owner'): Promise<Tenant> {
	const organizationId = newId();
	await asOwner('INSERT INTO organizations (id, slug, name) VALUES ($1, $2, $2)', [
		organizationId,
		`t-${randomBytes(6).toString('hex')}`,
	]);
	return addFirst(config, organizationId, role);
}

/** Somebody in the organization that owns what all share; once per database. */
export const addOperator = (config: Config): Promise<Tenant> => addFirst(config, SYSTEM, 'owner');

/** An operator who may open and end organizations, too; once per database. */
export async function addChiefOperator(config: Config): Promise<Tenant> {
	const operator = await addOperator(config);
	await asOwner(
		`INSERT INTO user_roles (organization_id, id, user_id, role_organization_id, role_id)
			SELECT $1, $2, $3, $1, role_id FROM role_permissions WHERE permission = 'instance:organizations'`,
		[operator.organizationId, newId(), operator.userId],
	);
	return operator;
}

async function addFirst(config: Config, organizationId: string, role: BuiltInRole): Promise<Tenant> {
	const projectId = newId();
	await asOwner(`INSERT INTO projects (organization_id, id, name, is_default) VALUES ($1, $2, 'Default', true)`, [
		organizationId,
		projectId,
	]);
	return addMember(config, { organizationId, projectId }, role);
}

/** One more user of an organization, with a role or none, and their API key; written as the owner. */
export async function addMember(
	config: Config,
	{ organizationId, projectId }: Pick<Tenant, 'organizationId' | 'projectId'>,
	role: BuiltInRole | undefined,
): Promise<Tenant> {
	const [userId, keyRowId] = [newId(), newId()];
	const name = `u-${randomBytes(6).toString('hex')}`;
	const email = `${name}@example.test`;
	await asOwner('INSERT INTO users (id, email, name) VALUES ($1, $2, $3)', [userId, email, name]);
	await asOwner('INSERT INTO memberships (organization_id, id, user_id) VALUES ($1, $2, $3)', [
		organizationId,
		newId(),
		userId,
	]);
	if (role !== undefined)
		await asOwner(
			'INSERT INTO user_roles (organization_id, id, user_id, role_organization_id, role_id) VALUES ($1, $2, $3, $4, $5)',
			[organizationId, newId(), userId, SYSTEM, roleIdOf(role)],
		);
	const { credential, keyId, secret } = generateKey();
	const { hash, pepperKid } = hashSecret(config.secrets.KEY_PEPPER ?? [], secret);
	await asOwner(
		`INSERT INTO api_keys (organization_id, id, project_id, user_id, key_id, secret_hash, pepper_kid, name)
			VALUES ($1, $2, $3, $4, $5, $6, $7, 'test')`,
		[organizationId, keyRowId, projectId, userId, keyId, hash, pepperKid],
	);
	return { organizationId, projectId, userId, email, key: credential, keyRowId };
}

export const roleIdOf = (role: BuiltInRole): string =>
	`00000000-0000-7000-8000-${String(100 + builtIn[role]).padStart(12, '0')}`;

/** A session of the tenant's user; returns its id. */
export async function addSession({ organizationId, userId }: Tenant): Promise<string> {
	const id = newId();
	await asOwner(
		`INSERT INTO sessions (organization_id, id, user_id, expires_at) VALUES ($1, $2, $3, now() + interval '1 day')`,
		[organizationId, id, userId],
	);
	return id;
}

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Any access token, also wrong ones: `header` and `claims` overrule the right ones. */
export function accessToken(
	config: Config,
	{ organizationId, userId }: Tenant,
	sessionId: string,
	wrong: { header?: Record<string, unknown>; claims?: Record<string, unknown> } = {},
): string {
	const keys = new SigningKeys(config);
	const iat = Math.floor(Date.now() / 1_000);
	const header = { alg: 'ES256', typ: 'at+jwt', kid: keys.current.kid, ...wrong.header };
	const claims = {
		iss: keys.issuer,
		aud: keys.audience,
		iat,
		exp: iat + 600,
		sub: userId,
		sid: sessionId,
		org: organizationId,
		...wrong.claims,
	};
	const content = `${encode(header)}.${encode(claims)}`;
	const signature = sign('sha256', Buffer.from(content), { key: keys.current.privateKey, dsaEncoding: 'ieee-p1363' });
	return `${content}.${signature.toString('base64url')}`;
}
