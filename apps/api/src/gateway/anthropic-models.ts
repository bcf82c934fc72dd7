import type { FastifyRequest } from 'fastify';
import type { Scope } from '#libs/kernel';
import type { PageQuery } from './anthropic-page.js';
import type { ModelLists } from './model-lists.js';

/** OpenAI's and Anthropic's clients share `/v1/models`: only the latter send this. */
export const speaksAnthropic = ({ headers }: FastifyRequest): boolean => headers['anthropic-version'] !== undefined;

/** What a route's `*` stands for. */
export const restOf = (request: FastifyRequest): string => (request.params as { '*': string })['*'];

export const listForAnthropic = (lists: ModelLists, request: FastifyRequest): Promise<object> =>
	lists.anthropic(request.scope as Scope, request.query as PageQuery);

export const oneForAnthropic = (lists: ModelLists, request: FastifyRequest): Promise<object> =>
	lists.anthropicOne(request.scope as Scope, restOf(request));
