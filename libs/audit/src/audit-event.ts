import { REDACTED, scrubValue } from '#libs/telemetry';
import type { AuditAction } from './audit-actions.js';

export type AuditResult = 'success' | 'failure';

/** What somebody did, as the one who records it says it. */
export interface AuditEntry {
	readonly action: AuditAction;
	/** The kind of thing that it was done to, such as `api_key`. */
	readonly targetType: string;
	readonly targetId: string | null;
	/** How the thing was and is. Secrets are taken out, but do not hand them in. */
	readonly before?: object | undefined;
	readonly after?: object | undefined;
	/** By default `success`. */
	readonly result?: AuditResult | undefined;
}

/** An event as people read it. */
export interface AuditEvent {
	readonly id: string;
	readonly occurredAt: Date;
	readonly action: string;
	readonly result: AuditResult;
	readonly actorKind: 'user' | 'key' | 'system';
	/** Id of the user or key, or the name of a process of ours. */
	readonly actorId: string;
	/** The user behind it; `null` for our processes. */
	readonly userId: string | null;
	readonly targetType: string;
	readonly targetId: string | null;
	readonly before: unknown;
	readonly after: unknown;
	readonly ip: string | null;
	readonly userAgent: string | null;
	readonly requestId: string;
	/** Its place in the chain; `null` until it is sealed, about a second later. */
	readonly sequence: number | null;
}

export interface AuditFilter {
	readonly action?: string | undefined;
	readonly actorId?: string | undefined;
	readonly userId?: string | undefined;
	readonly targetType?: string | undefined;
	readonly targetId?: string | undefined;
	readonly result?: AuditResult | undefined;
	readonly requestId?: string | undefined;
	readonly from?: Date | undefined;
	/** Exclusive. */
	readonly to?: Date | undefined;
}

const stored = /hash|sealed|salt|seed|otp|pepper/i;

/** A copy without secrets: by form of the text, by name of the field, and without what is stored of a secret. */
export function redacted(value: object | undefined): object | undefined {
	return value === undefined ? undefined : (withoutStored(scrubValue(value)) as object);
}

function withoutStored(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(withoutStored);
	if (typeof value !== 'object' || value === null || value instanceof Date) return value;
	return Object.fromEntries(
		Object.entries(value).map(([name, inner]) => [
			name,
			stored.test(name) && inner !== null ? REDACTED : withoutStored(inner),
		]),
	);
}
