import { z } from 'zod';
import { newPassword } from '../edge/password.js';

export const email = z
	.email()
	.max(254)
	.meta({ examples: ['jane@example.com'] });

const secret = z.string().max(1_024);
/** Anything: what is no code of ours gets the same answer as one that was used. */
export const code = z
	.unknown()
	.optional()
	.meta({ type: 'string', description: 'Out of the mail; it works once', examples: ['plc_…'] });

export const ChangePassword = z
	.strictObject({
		currentPassword: secret.default('').meta({ description: 'Refused with 403 when it is not right' }),
		newPassword,
	})
	.meta({ id: 'ChangePassword' });
export type ChangePassword = z.output<typeof ChangePassword>;

export const ForgotPassword = z.strictObject({ email }).meta({ id: 'ForgotPassword' });
export type ForgotPassword = z.output<typeof ForgotPassword>;

export const ResetPassword = z.strictObject({ code, password: newPassword }).meta({ id: 'ResetPassword' });
export type ResetPassword = z.output<typeof ResetPassword>;
