import { readFileSync } from 'node:fs';
import { parse as parseYaml } from 'yaml';
import type { z } from 'zod';
import {
	type AccountSettings,
	type BootstrapSettings,
	concerns,
	type DatabaseSettings,
	type HttpSettings,
	type MailSettings,
	type MeteringSettings,
	type RedisSettings,
	type SecretSettings,
	type StorageSettings,
	type TelemetrySettings,
	type UpstreamSettings,
} from './settings.js';

export type Environment = Readonly<Record<string, string | undefined>>;
export type ProcessName = 'api' | 'worker' | 'cli';

/** What each process cannot do without. The CLI asks for what its command needs. */
const needed: Readonly<Record<ProcessName, readonly string[]>> = {
	api: ['DATABASE_URL', 'JWT_PRIVATE_KEY', 'KEY_PEPPER', 'ENCRYPTION_KEY'],
	worker: ['DATABASE_WORKER_URL', 'ENCRYPTION_KEY'],
	cli: [],
};

/** Every wrong or missing setting at once, each with its remedy, never with its value. */
export class ConfigError extends Error {
	override readonly name = 'ConfigError';
	constructor(readonly problems: readonly string[]) {
		super(`Bad configuration:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
	}
}

/** The frozen settings of this process: read once at boot, injected from then on. */
export class Config {
	readonly http: HttpSettings;
	readonly database: DatabaseSettings;
	readonly redis: RedisSettings;
	readonly secrets: SecretSettings;
	readonly upstreams: UpstreamSettings;
	readonly metering: MeteringSettings;
	readonly telemetry: TelemetrySettings;
	readonly mail: MailSettings;
	readonly accounts: AccountSettings;
	readonly storage: StorageSettings;
	readonly bootstrap: BootstrapSettings;

	private constructor(
		readonly process: ProcessName,
		values: Environment,
	) {
		const problems: string[] = needed[process]
			.filter((name) => values[name] === undefined)
			.map((name) => `${name} is not set`);
		const read = <S extends z.ZodType>(schema: S): Readonly<z.output<S>> => {
			const result = schema.safeParse(values);
			if (result.success) return Object.freeze(result.data) as Readonly<z.output<S>>;
			problems.push(...result.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`));
			return {} as Readonly<z.output<S>>;
		};
		this.http = read(concerns.http);
		this.database = read(concerns.database);
		this.redis = read(concerns.redis);
		this.secrets = read(concerns.secrets);
		this.upstreams = read(concerns.upstreams);
		this.metering = read(concerns.metering);
		this.telemetry = read(concerns.telemetry);
		this.mail = read(concerns.mail);
		this.accounts = read(concerns.accounts);
		this.storage = read(concerns.storage);
		this.bootstrap = read(concerns.bootstrap);
		problems.push(...reusedSecrets(values));
		if (problems.length > 0) throw new ConfigError(problems);
		Object.freeze(this);
	}

	/** Pure but for the files named by `CONFIG_FILE` and `*_FILE`. @throws ConfigError */
	static load(process: ProcessName, environment: Environment): Config {
		return new Config(process, gather(environment));
	}
}

function reusedSecrets(values: Environment): string[] {
	const names = ['JWT_PRIVATE_KEY', 'KEY_PEPPER', 'ENCRYPTION_KEY'] as const;
	return names.flatMap((name, at) =>
		names
			.slice(at + 1)
			.filter((other) => values[name] !== undefined && values[name] === values[other])
			.map((other) => `${name} and ${other} have the same value`),
	);
}

/** File settings, then `NAME_FILE`, then `NAME`: the environment wins. An empty variable counts as set, and is refused. */
function gather(environment: Environment): Environment {
	const known = new Set(Object.values(concerns).flatMap((schema) => Object.keys(schema.shape)));
	const values: Record<string, string | undefined> = { ...readConfigFile(environment.CONFIG_FILE, known) };
	const empty: string[] = [];
	for (const name of known) {
		const file = environment[`${name}_FILE`];
		const value = environment[name] ?? (file === undefined ? undefined : readSecretFile(name, file));
		if (value !== undefined) values[name] = value;
		if (value === '' && !optionalWhenEmpty.has(name)) empty.push(`${name} is empty: set it or leave it out`);
	}
	if (empty.length > 0) throw new ConfigError(empty);
	return values;
}

const optionalWhenEmpty = new Set(['CORS_ORIGINS', 'TRUSTED_PROXIES', 'EGRESS_ALLOW']);

function readSecretFile(name: string, file: string): string {
	try {
		return readFileSync(file, 'utf8').trim();
	} catch (error) {
		throw new ConfigError([
			`${name}_FILE names ${file}, which cannot be read (${(error as NodeJS.ErrnoException).code})`,
		]);
	}
}

function readConfigFile(file: string | undefined, known: ReadonlySet<string>): Record<string, string> {
	if (file === undefined) return {};
	let content: unknown;
	try {
		content = parseYaml(readFileSync(file, 'utf8')) ?? {};
	} catch (error) {
		throw new ConfigError([`CONFIG_FILE ${file} cannot be read: ${(error as Error).message.split('\n')[0]}`]);
	}
	if (typeof content !== 'object' || content === null || Array.isArray(content))
		throw new ConfigError([`CONFIG_FILE ${file} must hold a mapping of setting names to values`]);
	const unknown = Object.keys(content).filter((name) => !known.has(name));
	if (unknown.length > 0)
		throw new ConfigError(unknown.map((name) => `CONFIG_FILE ${file} has an unknown setting: ${name}`));
	return Object.fromEntries(
		Object.entries(content as Record<string, unknown>).map(([name, value]) => [
			name,
			Array.isArray(value) ? value.join(',') : String(value),
		]),
	);
}
