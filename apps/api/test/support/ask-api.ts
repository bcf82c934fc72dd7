import type { TestApi } from './start-api.js';
import type { Tenant } from './tenants.js';

/** A provider as the platform API answers it. */
export interface Provider {
	id: string;
	name: string;
	baseUrl: string;
	credentialLast4: string | null;
	credentialCount: number;
	[field: string]: unknown;
}

export interface Answer<T> {
	readonly status: number;
	readonly data: T;
	readonly text: string;
	/** Of an error. */
	readonly code: string | undefined;
	/** Those that an error names. */
	readonly fields: readonly string[];
}

/** One request to the platform API below `/api/v1`. */
export async function askApi<T = Provider>(
	api: TestApi,
	by: Tenant,
	[method, path, body]: readonly [method: string, path: string, body?: unknown],
): Promise<Answer<T>> {
	const response = await fetch(`${api.url}/api/v1${path}`, {
		method,
		headers: { 'x-api-key': by.key, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
		...(body === undefined ? {} : { body: JSON.stringify(body) }),
	});
	const text = await response.text();
	const parsed = text === '' ? {} : JSON.parse(text);
	return {
		status: response.status,
		data: parsed.data,
		text,
		code: parsed.error?.code,
		fields: (parsed.errors ?? []).map(({ field }: { field: string }) => field),
	};
}
