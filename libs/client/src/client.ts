import createClient, { type Client as Fetching } from 'openapi-fetch';
import type { paths } from './schema.d.ts';

/** `GET`, `POST` … with paths, parameters, bodies and answers of the document, checked by the compiler. */
export type Client = Fetching<paths>;

export interface ClientOptions {
	/** Where an installation answers, such as `https://llm.example.org`. */
	readonly baseUrl: string;
	/** An API key or an access token. */
	readonly credential: string;
}

/**
 * A client of one installation. Never throws for an answer: it is in `data`, or the failure in `error`, beside `response`.
 * Rejects when there is no connection.
 */
export const createParallamaClient = ({ baseUrl, credential }: ClientOptions): Client =>
	createClient<paths>({ baseUrl, headers: { authorization: `Bearer ${credential}` } });
