/** An answer of the platform API or of a dialect, read. */
export interface Answered<Data> {
	readonly status: number;
	readonly code: string | undefined;
	readonly data: Data;
	readonly body: Record<string, unknown>;
}

export interface Asked {
	readonly method?: string;
	readonly body?: unknown;
	readonly headers?: Readonly<Record<string, string>>;
}

export type Client = <Data = Record<string, unknown>>(path: string, asked?: Asked) => Promise<Answered<Data>>;

/** Asks as the holder of a credential (a key or an access token). */
export function clientOf(url: string, credential: string): Client {
	return async <Data>(path: string, { method, body, headers = {} }: Asked = {}) => {
		const hasBody = body !== undefined;
		const response = await fetch(url + path, {
			method: method ?? (hasBody ? 'POST' : 'GET'),
			headers: {
				authorization: `Bearer ${credential}`,
				...(hasBody ? { 'content-type': 'application/json' } : {}),
				...headers,
			},
			...(hasBody ? { body: typeof body === 'string' ? body : JSON.stringify(body) } : {}),
		});
		const text = await response.text();
		const read = (text.startsWith('{') ? JSON.parse(text) : {}) as Record<string, unknown>;
		const { error } = read as { error?: { code?: string } };
		return { status: response.status, code: error?.code, data: read['data'] as Data, body: read };
	};
}
