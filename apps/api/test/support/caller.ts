import type { TestApi } from './start-api.js';

export interface Answer<Data> {
	readonly status: number;
	readonly headers: Headers;
	readonly data: Data;
	readonly code: string | undefined;
	readonly text: string;
}

export interface Tokens {
	readonly accessToken: string;
	readonly refreshToken: string;
}

export const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });

/** Sends JSON to the platform API. */
export class Caller {
	constructor(private readonly api: () => Pick<TestApi, 'url'>) {}

	async call<Data = Tokens>(
		method: string,
		path: string,
		body?: unknown,
		headers: Record<string, string> = {},
	): Promise<Answer<Data>> {
		const json: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
		const answer = await fetch(`${this.api().url}/api/v1${path}`, {
			method,
			headers: { ...json, ...headers },
			...(body === undefined ? {} : { body: JSON.stringify(body) }),
		});
		const text = await answer.text();
		const parsed = (text === '' ? {} : JSON.parse(text)) as { data?: Data; error?: { code: string } };
		const code = parsed.error?.code;
		return { status: answer.status, headers: answer.headers, data: parsed.data as Data, code, text };
	}

	login(email: string, password: string, headers: Record<string, string> = {}): Promise<Answer<Tokens>> {
		return this.call('POST', '/auth/login', { email, password }, headers);
	}
}
