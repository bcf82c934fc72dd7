import { z } from 'zod';
import { type Config, ConfigError } from '#libs/config';
import { passwordProblems } from '#libs/identity';
import type { NamedSecret } from '#libs/kernel';
import { type KeyParts, parseKey } from '#libs/keys';

/** What a bootstrap starts from, checked. */
export interface BootstrapInput {
	readonly email: string;
	readonly password: string;
	readonly apiKey: string;
	readonly keyParts: KeyParts;
	readonly peppers: readonly NamedSecret[];
}

const REMEDY = '(parallama secrets generate makes a valid one)';

/** @throws ConfigError naming every variable that is missing or breaks a rule, never its value. */
export function bootstrapInput(config: Config): BootstrapInput {
	const problems: string[] = [];
	const present = (name: string, value: string | undefined): string => {
		if (value === undefined) problems.push(`${name} is not set ${REMEDY}`);
		return value ?? '';
	};
	const email = present('BOOTSTRAP_ADMIN_EMAIL', config.bootstrap.BOOTSTRAP_ADMIN_EMAIL).trim();
	const password = present('BOOTSTRAP_ADMIN_PASSWORD', config.bootstrap.BOOTSTRAP_ADMIN_PASSWORD);
	const apiKey = present('BOOTSTRAP_API_KEY', config.bootstrap.BOOTSTRAP_API_KEY);
	const keyParts = parseKey(apiKey);
	if (email !== '' && !z.email().max(254).safeParse(email).success)
		problems.push(`BOOTSTRAP_ADMIN_EMAIL is not an e-mail address ${REMEDY}`);
	if (password !== '')
		for (const { message } of passwordProblems(password, { email }))
			problems.push(`BOOTSTRAP_ADMIN_PASSWORD ${message} ${REMEDY}`);
	if (apiKey !== '' && keyParts === undefined)
		problems.push(`BOOTSTRAP_API_KEY is not an API key of the form pl_<id>_<secret><checksum> ${REMEDY}`);
	const peppers = config.secrets.KEY_PEPPER ?? [];
	if (peppers.length === 0) problems.push(`KEY_PEPPER is not set ${REMEDY}`);
	if (problems.length > 0 || keyParts === undefined) throw new ConfigError(problems);
	return { email, password, apiKey, keyParts, peppers };
}
