import { z } from 'zod';
import { newPassword } from '../edge/password.js';
import { personName } from '../users/users.schemas.js';
import { code, email } from './passwords.schemas.js';

export const Register = z
	.strictObject({
		email,
		name: personName,
		password: newPassword,
		organizationName: personName.optional().meta({ description: 'Of the new organization; by default the name' }),
	})
	.meta({ id: 'Register' });
export type Register = z.output<typeof Register>;

export const VerifyEmail = z.strictObject({ code }).meta({ id: 'VerifyEmail' });
export type VerifyEmail = z.output<typeof VerifyEmail>;

export const ChangeEmail = z.strictObject({ email }).meta({ id: 'ChangeEmail' });
export type ChangeEmail = z.output<typeof ChangeEmail>;
