import { z } from 'zod';
import { encryptionKeys, peppers, signingKeys } from './secrets.js';

const port = z.coerce.number().int().min(0).max(65_535);
const milliseconds = z.coerce.number().int().min(0).max(86_400_000);
const list = z
	.string()
	.default('')
	.transform((text) =>
		Object.freeze(
			text
				.split(',')
				.map((item) => item.trim())
				.filter((item) => item !== ''),
		),
	);
const postgresUrl = z.url({ protocol: /^postgres(ql)?$/, error: 'must be a postgres:// URL' });
const httpUrl = z
	.url({ protocol: /^https?$/, error: 'must be an http(s) URL' })
	.transform((url) => url.replace(/(?<!\/)\/+$/, ''));

/** One schema per concern. Names are contract; the text of `.describe` becomes docs/configuration.md. */
export const concerns = {
	http: z.object({
		HOST: z.string().default('0.0.0.0').describe('Address the public port listens on'),
		PORT: port.default(8000).describe('Public port of the api; 0 takes a free one'),
		MANAGEMENT_PORT: port.optional().describe('Probes and metrics; 9464 for the api, 9465 for the worker'),
		PUBLIC_URL: httpUrl
			.default('http://localhost:8000')
			.describe('How clients reach the api; issuer of access tokens, base of links'),
		CORS_ORIGINS: list.describe('Comma list of origins whose pages may call the api; empty: none'),
		TRUSTED_PROXIES: list.describe('Comma list of addresses or CIDR ranges whose X-Forwarded-For counts; empty: none'),
		BODY_LIMIT_BYTES: z.coerce
			.number()
			.int()
			.min(1024)
			.max(1_073_741_824)
			.default(33_554_432)
			.describe('Largest request body of the dialect routes'),
		BLOB_LIMIT_BYTES: z.coerce
			.number()
			.int()
			.min(1024)
			.default(68_719_476_736)
			.describe('Largest file that is handed on to an Ollama upstream (`/api/blobs`); it is never held here'),
		SHUTDOWN_DELAY_MS: milliseconds.default(0).describe('After SIGTERM: not ready, but still serving, for this long'),
		SHUTDOWN_GRACE_MS: milliseconds.default(30_000).describe('After that: time for open streams and jobs to end'),
	}),
	database: z.object({
		DATABASE_URL: postgresUrl.optional().describe('PostgreSQL as the api role (never the owner)'),
		DATABASE_WORKER_URL: postgresUrl.optional().describe('PostgreSQL as the worker role'),
		DATABASE_MIGRATION_URL: postgresUrl.optional().describe('PostgreSQL as the owner: migrations and bootstrap only'),
		DATABASE_POOL_SIZE: z.coerce.number().int().min(1).max(200).default(10).describe('Connections per process'),
	}),
	redis: z.object({
		REDIS_URL: z
			.url({ protocol: /^rediss?$/, error: 'must be a redis:// URL' })
			.default('redis://127.0.0.1:6379')
			.describe('Redis'),
	}),
	secrets: z.object({
		JWT_PRIVATE_KEY: signingKeys
			.optional()
			.describe('ES256 private key, PEM or base64 of PKCS #8 DER; `kid:value[,kid:value]` while rotating'),
		KEY_PEPPER: peppers
			.optional()
			.describe('Pepper of the API-key hashes, at least 32 characters; `kid:value[,kid:value]` while rotating'),
		ENCRYPTION_KEY: encryptionKeys
			.optional()
			.describe('32 bytes, base64 or hex, encrypts stored secrets; `kid:value[,kid:value]` while rotating'),
	}),
	upstreams: z.object({
		OLLAMA_URL: httpUrl.optional().describe('A built-in provider for all organizations: an Ollama server'),
		OPENAI_API_KEY: z.string().min(1).optional().describe('A built-in provider for all organizations: OpenAI'),
		ANTHROPIC_API_KEY: z.string().min(1).optional().describe('A built-in provider for all organizations: Anthropic'),
		ECHO_PROVIDER: z
			.enum(['on', 'off'])
			.default('off')
			.describe('A built-in development provider that repeats what it was told'),
		EGRESS_ALLOW: list.describe(
			'Comma list of hosts, addresses or CIDR ranges inside private networks that upstream connections may reach',
		),
		IMAGE_EGRESS_ALLOW: list.describe(
			'The same for images that callers name by URL; EGRESS_ALLOW does not count there. Empty: public addresses only',
		),
		UPSTREAM_CONNECT_TIMEOUT_MS: milliseconds.default(5_000).describe('Time to connect to an upstream'),
		UPSTREAM_FIRST_BYTE_TIMEOUT_MS: milliseconds
			.default(300_000)
			.describe('Time until an upstream sends its first byte (loading a model counts)'),
		UPSTREAM_IDLE_TIMEOUT_MS: milliseconds.default(120_000).describe('Longest silence inside an upstream answer'),
		UPSTREAM_TOTAL_TIMEOUT_MS: milliseconds.default(1_800_000).describe('Longest duration of a call'),
		STREAM_KEEP_ALIVE_MS: milliseconds
			.default(15_000)
			.describe(
				'Silence after which a streaming client is sent a sign of life; the first comes after two thirds of it',
			),
		CLIENT_STALL_TIMEOUT_MS: milliseconds
			.default(60_000)
			.describe('A client that takes nothing of its answer for so long is dropped'),
	}),
	metering: z.object({
		HEARTBEAT_MS: milliseconds
			.default(5_000)
			.describe('How often an api says that it lives; at most half of REPLICA_TIMEOUT_MS'),
		REPLICA_TIMEOUT_MS: milliseconds
			.default(20_000)
			.describe('Silence after which the calls of an api are settled by the worker'),
		LEDGER_FLUSH_MS: milliseconds
			.default(250)
			.describe('Longest time a finished call waits in memory for its ledger row'),
		LEDGER_BUFFER_MAX: z.coerce
			.number()
			.int()
			.min(100)
			.default(50_000)
			.describe('Finished calls kept in memory while PostgreSQL is away'),
		ROLLUP_EVERY_MS: milliseconds.default(60_000).describe('How often the worker rolls usage up'),
		USAGE_RETENTION_DAYS: z.coerce
			.number()
			.int()
			.min(31)
			.max(3_650)
			.default(400)
			.describe('Days after which the single calls of a day are dropped; their sums stay'),
	}),
	telemetry: z.object({
		LOG_LEVEL: z
			.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
			.default('info')
			.describe('Least severe log line that is written'),
		LOG_PRETTY: z.enum(['on', 'off']).default('off').describe('Log lines for people instead of JSON'),
		SENTRY_DSN: z.url().optional().describe('Errors are sent to Sentry when set'),
		SENTRY_ENVIRONMENT: z.string().default('production').describe('Environment named in Sentry'),
	}),
	mail: z.object({
		SMTP_URL: z
			.url({ protocol: /^smtps?$/, error: 'must be an smtp:// URL' })
			.optional()
			.describe('Mail server, with user and password where it wants them; without one mails are kept for operators'),
		MAIL_FROM: z
			.string()
			.min(3)
			.max(320)
			.default('Parallama <no-reply@localhost>')
			.describe('Sender of mails: an address, or a name and an address in angle brackets'),
	}),
	accounts: z.object({
		REGISTRATION: z
			.enum(['open', 'invite', 'off'])
			.default('invite')
			.describe(
				'Who makes an account: `open` everybody, with an organization of their own; `invite` who was invited; `off` administrators only',
			),
		ACCOUNT_PAGE_URL: httpUrl
			.optional()
			.describe('Page of your own that mails link to, with the code in its fragment; without one they name the route'),
	}),
	storage: z.object({
		DATA_DIR: z.string().default('.parallama').describe('Where `npm run up` keeps generated secrets and its databases'),
		STORAGE_URL: z
			.url({ protocol: /^(file|s3)$/, error: 'must be a file:/// or s3:// URL' })
			.refine((url) => url.startsWith('s3:') || url.startsWith('file:///'), 'must be a file:/// or s3:// URL')
			.optional()
			.describe(
				'Where files are kept: `file:///folder`, common to all replicas, or `s3://bucket/prefix`; by default the folder `files` in DATA_DIR',
			),
		S3_ENDPOINT: httpUrl.optional().describe("Server that speaks S3's protocol; without one Amazon's"),
		S3_REGION: z.string().min(1).default('us-east-1').describe('Region of the bucket'),
		S3_ACCESS_KEY_ID: z
			.string()
			.optional()
			.describe("Credential for the bucket; without one the AWS SDK's chain is asked, such as a role of the machine"),
		S3_SECRET_ACCESS_KEY: z.string().optional().describe('Its secret'),
	}),
	bootstrap: z.object({
		BOOTSTRAP_ADMIN_EMAIL: z.string().optional().describe('E-mail address of the first admin'),
		BOOTSTRAP_ADMIN_PASSWORD: z.string().optional().describe('Password of the first admin'),
		BOOTSTRAP_API_KEY: z.string().optional().describe('First API key'),
	}),
} as const;

type Concerns = typeof concerns;
export type HttpSettings = Readonly<z.output<Concerns['http']>>;
export type DatabaseSettings = Readonly<z.output<Concerns['database']>>;
export type RedisSettings = Readonly<z.output<Concerns['redis']>>;
export type SecretSettings = Readonly<z.output<Concerns['secrets']>>;
export type UpstreamSettings = Readonly<z.output<Concerns['upstreams']>>;
export type MeteringSettings = Readonly<z.output<Concerns['metering']>>;
export type TelemetrySettings = Readonly<z.output<Concerns['telemetry']>>;
export type MailSettings = Readonly<z.output<Concerns['mail']>>;
export type AccountSettings = Readonly<z.output<Concerns['accounts']>>;
export type StorageSettings = Readonly<z.output<Concerns['storage']>>;
export type BootstrapSettings = Readonly<z.output<Concerns['bootstrap']>>;
