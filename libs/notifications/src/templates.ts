import type { MailData, MailKind } from './mail.js';

/** A mail before it is laid out. */
export interface Letter {
	readonly subject: string;
	readonly paragraphs: readonly string[];
	/** What the reader may do about it. */
	readonly action?: {
		readonly label: string;
		readonly code: string;
		/** Where a program sends the code. */
		readonly route: string;
		/** Names the code in the fragment of a link. */
		readonly name: string;
	};
}

const day = (at: Date): string => at.toISOString().slice(0, 10);
const moment = (at: Date): string => `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
const unasked = 'If that was not you, change your password and end all sessions.';

type Templates = { readonly [Kind in MailKind]: (data: MailData[Kind]) => Letter };

/** What each kind of mail says. */
export const templates: Templates = {
	'verify-address': ({ code }) => ({
		subject: 'Confirm your e-mail address',
		paragraphs: ['Somebody, hopefully you, registered with this address. Confirm it within 24 hours to finish.'],
		action: { label: 'Confirm', code, route: 'POST /api/v1/auth/verify-email', name: 'verify' },
	}),
	'address-taken': () => ({
		subject: 'You have an account already',
		paragraphs: [
			'Somebody, perhaps you, tried to register with this address. It has an account already: sign in, or reset the password.',
			'Nothing was changed.',
		],
	}),
	'change-address': ({ code }) => ({
		subject: 'Confirm your new e-mail address',
		paragraphs: ['Your account is to use this address from now on. Confirm it within an hour.'],
		action: { label: 'Confirm', code, route: 'POST /api/v1/auth/verify-email', name: 'verify' },
	}),
	'reset-password': ({ code }) => ({
		subject: 'Reset your password',
		paragraphs: [
			'Somebody, hopefully you, asked for a new password. This works once, within 30 minutes.',
			'If it was not you, do nothing: your password stays as it is.',
		],
		action: { label: 'Choose a new password', code, route: 'POST /api/v1/auth/reset-password', name: 'reset' },
	}),
	'password-changed': () => ({
		subject: 'Your password was changed',
		paragraphs: ['The password of your account was changed, and its other sessions have ended.', unasked],
	}),
	invitation: ({ code, organization, role }) => ({
		subject: `Invitation to ${organization}`,
		paragraphs: [`You are invited to ${organization} as ${role}. The invitation is good for 7 days.`],
		action: { label: 'Accept', code, route: 'POST /api/v1/invitations/accept', name: 'invitation' },
	}),
	'new-login': ({ ip, userAgent, at }) => ({
		subject: 'New sign-in to your account',
		paragraphs: [
			`Somebody signed in to your account on ${moment(at)} from ${ip}${userAgent === undefined ? '' : ` (${userAgent})`}, which is new.`,
			unasked,
		],
	}),
	'refresh-token-reused': ({ ip, at }) => ({
		subject: 'A session of yours was ended',
		paragraphs: [
			`On ${moment(at)} a token that had been used before came back from ${ip}. Somebody may have a copy, so that session was ended.`,
			'Sign in again. If you see sessions that are not yours, end them all and change your password.',
		],
	}),
	'account-deletion': ({ at }) => ({
		subject: 'Your account will be deleted',
		paragraphs: [
			`Your account is closed now and will be deleted for good on ${day(at)}, with everything that belongs to it.`,
			'Until then an administrator can restore it.',
		],
	}),
	'role-expiring': ({ role, organization, at }) => ({
		subject: `Your role ${role} ends soon`,
		paragraphs: [
			`Your role ${role} in ${organization} ends on ${moment(at)}. Ask an administrator if you need it longer.`,
		],
	}),
	'budget-threshold': ({ budget, organization, percent }) => ({
		subject: `${percent} % of the budget ${budget} are used`,
		paragraphs: [`${organization} has used ${percent} % of the budget ${budget}.`],
	}),
};
