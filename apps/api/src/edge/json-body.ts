import type { FastifyInstance, FastifyRequest } from 'fastify';
import { DEFAULT_JSON_LIMITS, scanJson } from '#libs/gateway';
import { AppError } from '#libs/kernel';
import { refusal } from './app-error-of.js';
import './request.js';
import { fileTypes } from './takes-file.js';

/** `application/json`, with no charset but UTF-8. */
const accepted = /^application\/json[ \t]*(?:;[ \t]*charset=(?:utf-8|"utf-8")[ \t]*)?;?$/i;

/**
 * The parsers of the platform API. Only JSON, and files where a route takes them, only UTF-8, within the limits of depth and size; names that reach the
 * prototypes of objects are refused at any depth. Dialect routes register parsers of their own.
 */
export function parseJsonBodies(instance: FastifyInstance): void {
	instance.removeAllContentTypeParsers();
	instance.addContentTypeParser([...fileTypes], (request, payload, done) => {
		if (request.routeOptions.config.takesFile === true) done(null, payload);
		else done(refusal(415) ?? null);
	});
	instance.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
		try {
			done(null, readJson(request, body as Buffer));
		} catch (error) {
			done(error as Error);
		}
	});
}

function readJson(request: FastifyRequest, body: Buffer): unknown {
	if (request.routeOptions.config.takesFile === true) throw notAFile();
	if (!accepted.test(request.headers['content-type'] ?? '')) throw refusal(415);
	request.rawBody = body;
	if (body.length === 0) return undefined; // the route's schema says whether it needs one
	const { value } = scanJson(body, DEFAULT_JSON_LIMITS);
	refusePrototypes(value);
	return value;
}

const notAFile = (): AppError =>
	new AppError('invalid', 'unsupported_media_type', `Send the file as ${fileTypes.join(' or ')}, whatever is in it`);

/** Depth is bounded by the scan. @throws AppError invalid `forbidden_field` */
export function refusePrototypes(value: unknown): void {
	if (typeof value !== 'object' || value === null) return;
	for (const [name, inner] of Object.entries(value)) {
		const reachesPrototype = name === 'constructor' && typeof inner === 'object' && inner !== null;
		if (name === '__proto__' || (reachesPrototype && Object.hasOwn(inner as object, 'prototype')))
			throw new AppError('invalid', 'forbidden_field', `The field ${name} is not allowed`);
		refusePrototypes(inner);
	}
}
