import { type Config, ConfigError } from '#libs/config';
import { withConnection } from '#libs/database';
import { PasswordHasher } from '#libs/identity';
import { newId } from '#libs/kernel';
import { generateKey, hashSecret, isSecret } from '#libs/keys';
import { type BootstrapInput, bootstrapInput } from './bootstrap-input.js';
import { type FirstAdmin, InstallationRepository } from './persistence/installation.repository.js';

export interface BootstrapOptions {
	/** Make another key when the given one is revoked, expired or not of this installation. */
	readonly replaceRevokedKey: boolean;
}

export interface BootstrapResult {
	/** False when the installation had its first admin already: then nothing of it was changed. */
	readonly created: boolean;
	readonly adminEmail: string;
	readonly organizationId: string;
	readonly projectId: string;
	/** A key that works; `null` when the given one does not and was not to be replaced. */
	readonly apiKey: string | null;
}

/**
 * First organization, project, admin and API key, once per installation however many run at the same moment. Connects as
 * the owner: these rows span organizations.
 * @throws ConfigError when a variable is missing or breaks a rule.
 */
export async function bootstrap(config: Config, options: BootstrapOptions): Promise<BootstrapResult> {
	const input = bootstrapInput(config);
	const url = config.database.DATABASE_MIGRATION_URL;
	if (url === undefined) throw new ConfigError(['DATABASE_MIGRATION_URL is not set: bootstrap connects as the owner']);
	return withConnection({ url, applicationName: 'parallama-bootstrap' }, (source) =>
		source.transaction((manager) => install(new InstallationRepository(manager), input, options)),
	);
}

async function install(rows: InstallationRepository, input: BootstrapInput, options: BootstrapOptions) {
	await rows.waitForTurn();
	const existing = await rows.firstAdmin();
	const admin = existing ?? (await createAdmin(rows, input));
	const result = {
		created: existing === undefined,
		adminEmail: admin.email,
		organizationId: admin.organizationId,
		projectId: admin.projectId,
	};
	if (existing === undefined || (await isUsable(rows, input))) return { ...result, apiKey: input.apiKey };
	if (!options.replaceRevokedKey) return { ...result, apiKey: null };
	const { credential, keyId, secret } = generateKey();
	await addKey(rows, admin, { keyId, ...hashSecret(input.peppers, secret) });
	return { ...result, apiKey: credential };
}

async function createAdmin(rows: InstallationRepository, input: BootstrapInput): Promise<FirstAdmin> {
	const admin = { organizationId: newId(), projectId: newId(), userId: newId(), email: input.email };
	await rows.addTenancy(admin);
	await rows.addAdmin(admin, await new PasswordHasher().hash(input.password));
	const { keyId, secret } = input.keyParts;
	await addKey(rows, admin, { keyId, ...hashSecret(input.peppers, secret) });
	return admin;
}

type HashedKey = { readonly keyId: string } & ReturnType<typeof hashSecret>;

async function addKey(rows: InstallationRepository, admin: FirstAdmin, key: HashedKey): Promise<void> {
	await rows.addKey(admin, { id: newId(), name: 'First key', ...key });
}

async function isUsable(rows: InstallationRepository, { keyParts, peppers }: BootstrapInput): Promise<boolean> {
	const key = await rows.findKey(keyParts.keyId);
	return key !== undefined && key.isValid && isSecret(peppers, keyParts.secret, key);
}
