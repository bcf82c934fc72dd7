/** What somebody has to send back to prove that they read a mail. Lives in the mail only. */
interface WithCode {
	readonly code: string;
}

/** Every kind of mail, with what it tells. */
export interface MailData {
	/** Somebody registered with this address. */
	readonly 'verify-address': WithCode;
	/** Somebody registered with an address that has an account: told to its owner only. */
	readonly 'address-taken': Readonly<Record<string, never>>;
	readonly 'change-address': WithCode;
	readonly 'reset-password': WithCode;
	readonly 'password-changed': Readonly<Record<string, never>>;
	readonly invitation: WithCode & { readonly organization: string; readonly role: string };
	readonly 'new-login': { readonly ip: string; readonly userAgent: string | undefined; readonly at: Date };
	readonly 'refresh-token-reused': { readonly ip: string; readonly at: Date };
	readonly 'account-deletion': { readonly at: Date };
	readonly 'role-expiring': { readonly role: string; readonly organization: string; readonly at: Date };
	readonly 'budget-threshold': { readonly budget: string; readonly organization: string; readonly percent: number };
}

export type MailKind = keyof MailData;

/** A mail as it is sent. */
export interface MailContent {
	readonly subject: string;
	readonly text: string;
	readonly html: string;
}
