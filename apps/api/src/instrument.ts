// Before anything that Sentry patches is imported: main.ts awaits this file, or `node --import` loads it.
import { Config, ConfigError } from '#libs/config';
import { BAD_CONFIGURATION, initSentry, VERSION } from '#libs/telemetry';

function load(): Config {
	try {
		return Config.load('api', process.env);
	} catch (error) {
		if (!(error instanceof ConfigError)) throw error;
		process.stderr.write(`${error.message}\n`);
		return process.exit(BAD_CONFIGURATION);
	}
}

/** The settings of this process. */
export const config = load();
await initSentry(config.telemetry, VERSION);
