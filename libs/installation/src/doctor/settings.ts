import { Config, ConfigError, type Environment, type ProcessName } from '#libs/config';
import { type Finding, ok, problem } from './finding.js';

/** Whether api and worker would take these settings. */
export const examineSettings = (environment: Environment): Finding[] =>
	(['api', 'worker'] as const).flatMap((name) => ofProcess(name, environment));

function ofProcess(name: ProcessName, environment: Environment): Finding[] {
	const check = `settings of the ${name}`;
	try {
		Config.load(name, environment);
		return [ok(check, 'complete')];
	} catch (error) {
		if (!(error instanceof ConfigError)) throw error;
		return error.problems.map((said) => problem(check, said, 'set it as docs/configuration.md says'));
	}
}
