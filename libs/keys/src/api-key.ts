import type { ModelRule, ModelRules } from '#libs/access';

/** A key as people see it: without anything that proves it. */
export interface ApiKey {
	readonly id: string;
	/** The public part of the credential, by which a leaked key is recognised. */
	readonly keyId: string;
	readonly name: string;
	/** A person or a service account: what they may not do, the key may not do. */
	readonly userId: string;
	readonly projectId: string;
	/** The key that made it, which it can never do more than; `null`: a person or process did. */
	readonly parentKeyId: string | null;
	/** `null`: all that its owner may do. */
	readonly scopes: readonly string[] | null;
	readonly models: ModelRule;
	/** Addresses and CIDR ranges; `null`: from anywhere. */
	readonly ipRanges: readonly string[] | null;
	readonly metadata: Readonly<Record<string, string>>;
	readonly expiresAt: Date | null;
	readonly revokedAt: Date | null;
	/** Of the current secret; up to ten seconds late. */
	readonly lastUsedAt: Date | null;
	/** The secret before the last rotation, while it works. */
	readonly previousSecret: { readonly expiresAt: Date; readonly lastUsedAt: Date | null } | null;
	readonly createdAt: Date;
}

/** What people say of a key, new or old. */
export interface KeySettings {
	readonly name: string;
	readonly scopes: readonly string[] | null;
	readonly models: ModelRule;
	readonly ipRanges: readonly string[] | null;
	readonly metadata: Readonly<Record<string, string>>;
	readonly expiresAt: Date | null;
}

export type KeyChange = { readonly [Field in keyof KeySettings]?: KeySettings[Field] | undefined };

export interface NewKeyInput extends KeyChange {
	readonly name: string;
	/** By default the caller; for somebody else it needs `keys:write_all`. */
	readonly userId?: string | undefined;
	/** By default the caller's project. */
	readonly projectId?: string | undefined;
}

/** A new key, or one with a new secret, with its credential, which nobody can show again. */
export interface IssuedKey extends ApiKey {
	readonly apiKey: string;
}

export const OPEN_RULE: ModelRule = { dialects: null, allow: null, deny: [] };

export interface NewKeyRow extends KeySettings {
	readonly id: string;
	readonly keyId: string;
	readonly userId: string;
	readonly projectId: string;
	readonly parentKeyId: string | null;
	readonly issuerRules: readonly ModelRules[] | null;
}
