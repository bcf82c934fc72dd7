export { Config, ConfigError, type Environment, type ProcessName } from './config.js';
export { ConfigModule } from './config.module.js';
export type { SigningKey } from './secrets.js';
export {
	type AccountSettings,
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
