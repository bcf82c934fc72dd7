import type * as SentryModule from '@sentry/node';
import { scrubText, scrubValue } from './scrub.js';

export interface SentrySettings {
	readonly SENTRY_DSN?: string | undefined;
	readonly SENTRY_ENVIRONMENT: string;
}

/**
 * What Sentry may add by itself. Not among it: what captures errors beside us (a 401 is no bug), reads requests, local
 * variables or the console, or patches the HTTP stack.
 */
const kept = new Set(
	'EventFilters FunctionToString LinkedErrors Dedupe NodeSystemError ContextLines Context Modules'.split(' '),
);

let sentry: typeof SentryModule | undefined;

/**
 * Starts Sentry when there is a DSN, else does not even load it. Before anything that it patches is imported. What leaves
 * the process holds no bodies, headers or secrets.
 */
export async function initSentry(settings: SentrySettings, release: string): Promise<void> {
	if (settings.SENTRY_DSN === undefined || sentry !== undefined) return;
	const loaded = await import('@sentry/node');
	loaded.init({
		dsn: settings.SENTRY_DSN,
		environment: settings.SENTRY_ENVIRONMENT,
		release,
		dataCollection: {
			userInfo: false,
			cookies: false,
			httpHeaders: { request: false, response: false },
			httpBodies: [],
		},
		integrations: (defaults) => defaults.filter(({ name }) => kept.has(name)),
		beforeSend: scrubEvent,
		beforeBreadcrumb: (crumb) => scrubValue(crumb) as typeof crumb,
	});
	sentry = loaded;
}

/** Where a bug happened. */
export interface BugContext {
	readonly requestId?: string | undefined;
	readonly organizationId?: string | undefined;
	readonly where?: string | undefined;
}

/** Reports a bug; returns the id of Sentry's event, `undefined` without Sentry. */
export function captureBug(error: unknown, { requestId, organizationId, where }: BugContext): string | undefined {
	return sentry?.captureException(error, {
		tags: { ...(where === undefined ? {} : { where }), ...(requestId === undefined ? {} : { requestId }) },
		...(organizationId === undefined ? {} : { contexts: { organization: { id: organizationId } } }),
	});
}

/** Sends what is still queued; for the end of a process. */
export async function flushSentry(limitMs: number): Promise<void> {
	await sentry?.flush(limitMs);
}

function scrubEvent(event: SentryModule.ErrorEvent): SentryModule.ErrorEvent {
	if (event.request !== undefined) {
		const { method, url } = event.request;
		event.request = {
			...(method === undefined ? {} : { method }),
			...(url === undefined ? {} : { url: scrubText(url.split('?')[0] ?? '') }),
		};
	}
	for (const exception of event.exception?.values ?? [])
		if (exception.value !== undefined) exception.value = scrubText(exception.value);
	if (event.message !== undefined) event.message = scrubText(event.message);
	if (event.extra !== undefined) event.extra = scrubValue(event.extra) as Record<string, unknown>;
	delete event.user;
	return event;
}
