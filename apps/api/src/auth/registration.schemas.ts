import { z } from 'zod';
import { code, email, newPassword } from './passwords.schemas.js';

const name = z
	.string()
	.trim()
	.min(1)
	.max(200)
	.meta({ examples: ['Jane Doe'] });

export const Register = z
	.strictObject({
		email,
		name,
		password: newPassword,
		organizationName: name.optional().meta({ description: 'Of the new organization; by default the name' }),
	})
	.meta({ id: 'Register' });
export type Register = z.output<typeof Register>;

export const VerifyEmail = z.strictObject({ code }).meta({ id: 'VerifyEmail' });
export type VerifyEmail = z.output<typeof VerifyEmail>;

export const ChangeEmail = z.strictObject({ email }).meta({ id: 'ChangeEmail' });
export type ChangeEmail = z.output<typeof ChangeEmail>;
