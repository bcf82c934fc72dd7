import { AppError } from '#libs/kernel';
import { adapterOfKind } from './adapters.js';
import type { ProviderFields, ProviderRecord } from './persistence/provider.repository.js';
import type { ProviderKind } from './provider.js';
import type { ProviderSettings } from './provider-settings.js';

export interface NewProvider {
	readonly name: string;
	readonly kind: ProviderKind;
	readonly baseUrl: string;
	/** The first credential; more can be added. */
	readonly apiKey: string | undefined;
	readonly settings: ProviderSettings;
	readonly isShared: boolean;
}

/** What is `undefined` stays as it is. */
export interface ProviderChange extends Partial<ProviderFields> {
	/** Replaces every stored credential; `null`: there are none any more. */
	readonly apiKey?: string | null | undefined;
}

/**
 * A stored secret is for the place it was given for. Whoever changes the place gives the secret again, or says that there
 * is none: else somebody who may not read it could have it sent to a host of their own.
 * @throws AppError invalid `credential_needed`
 */
export function demandCredential(before: ProviderRecord, hasCredentials: boolean, change: ProviderChange): void {
	if (change.apiKey !== undefined || !hasCredentials || !goesElsewhere(before, change)) return;
	throw new AppError('invalid', 'credential_needed', 'Another base URL or kind needs the credential again', {
		details: [
			{
				field: 'apiKey',
				code: 'required',
				message: 'must be given with another baseUrl or kind; null removes the stored credentials',
			},
		],
	});
}

const goesElsewhere = (before: ProviderRecord, { kind = before.kind, baseUrl = before.baseUrl }: ProviderChange) =>
	kind !== before.kind || new URL(baseUrl).href !== new URL(before.baseUrl).href;

/** @throws AppError invalid `unsupported_kind` */
export function demandServedKind(kind: ProviderKind): void {
	if (adapterOfKind(kind) !== undefined) return;
	throw new AppError('invalid', 'unsupported_kind', `Upstreams of kind ${kind} are not served`, {
		details: [{ field: 'kind', code: 'not_allowed', message: 'is not served by this release' }],
	});
}
