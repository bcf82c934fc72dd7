import { z } from 'zod';
import { Organization } from '../organizations/organizations.schemas.js';
import { User } from '../users/users.schemas.js';

export const Login = z
	.strictObject({
		email: z
			.email()
			.max(254)
			.meta({ examples: ['admin@parallama.local'] }),
		password: z.string().min(1).max(1_024),
		organizationId: z
			.uuid()
			.lowercase()
			.optional()
			.meta({ description: 'Where to act; by default where the last login did' }),
	})
	.meta({ id: 'Login' });
export type Login = z.output<typeof Login>;

const refreshToken = z.string().min(1).max(4_096);

/** Without a body the cookie counts. */
export const RefreshTokenInput = z
	.strictObject({ refreshToken: refreshToken.optional() })
	.nullish()
	.transform((body) => body ?? {})
	.meta({ id: 'RefreshTokenInput' });
export type RefreshTokenInput = z.output<typeof RefreshTokenInput>;

export const SwitchOrganization = z
	.strictObject({ organizationId: z.uuid().lowercase() })
	.meta({ id: 'SwitchOrganization' });
export type SwitchOrganization = z.output<typeof SwitchOrganization>;

const accessToken = {
	accessToken: z.string().meta({ description: 'Send it as Authorization: Bearer' }),
	expiresIn: z
		.number()
		.int()
		.meta({ description: 'Seconds', examples: [600] }),
};
const tokens = {
	...accessToken,
	refreshToken: z
		.string()
		.meta({ description: 'Exchange it once, at POST /api/v1/auth/refresh; also set as a cookie' }),
};
const account = { user: User, organization: Organization };

export const SignedIn = z.object({ ...tokens, ...account }).meta({ id: 'SignedIn' });
export const RefreshedTokens = z.object(tokens).meta({ id: 'RefreshedTokens' });
export const Switched = z.object({ ...accessToken, ...account }).meta({ id: 'SwitchedOrganization' });

export const Me = z
	.object({
		...account,
		permissions: z.array(z.string()),
		organizationIds: z
			.array(z.uuid().lowercase())
			.meta({ description: 'Where this account can act, see POST /api/v1/auth/switch' }),
	})
	.meta({ id: 'Me' });
