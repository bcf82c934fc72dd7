import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freshDatabase } from '#libs/testing';
import { permissionsOf } from '../src/edge/route-table.js';
import { startApi, type TestApi } from './support/start-api.js';

type Json = Record<string, unknown>;
interface Media {
	readonly schema: Json;
	readonly example?: unknown;
}
interface Operation {
	readonly operationId: string;
	readonly summary?: string;
	readonly description?: string;
	readonly tags: readonly string[];
	readonly parameters?: readonly { name: string; in: string; description?: string; schema: Json }[];
	readonly requestBody?: { content: Record<string, Media> };
	readonly responses: Record<string, { description: string; content?: Record<string, Media> }>;
	readonly security?: readonly Json[];
	readonly 'x-required-permission'?: string;
}
interface Document {
	readonly openapi: string;
	readonly info: Json;
	readonly tags: readonly { readonly name: string }[];
	readonly paths: Record<string, Record<string, Operation>>;
	readonly components: {
		responses: Record<string, { content?: Record<string, Media> }>;
		schemas: Record<string, Json>;
		securitySchemes: Record<string, Json>;
	};
}

describe('the OpenAPI document', () => {
	let api: TestApi;
	let document: Document;
	let type: string | null;
	let operations: { id: string; path: string; operation: Operation }[];
	beforeAll(async () => {
		await freshDatabase();
		api = await startApi();
		const answer = await fetch(`${api.url}/openapi.json`);
		type = answer.headers.get('content-type');
		document = (await answer.json()) as Document;
		if (process.env.OPENAPI_OUT !== undefined)
			writeFileSync(process.env.OPENAPI_OUT, JSON.stringify(document, null, 2));
		operations = Object.entries(document.paths).flatMap(([path, item]) =>
			Object.entries(item).map(([method, operation]) => ({ id: `${method.toUpperCase()} ${path}`, path, operation })),
		);
	});
	afterAll(() => api.stop());

	it('is OpenAPI 3.1 with title, version and the two ways to authenticate', () => {
		expect(type).toMatch(/^application\/json/);
		expect(document.openapi).toBe('3.1.0');
		expect(document.info).toMatchObject({ title: 'Parallama', version: expect.stringMatching(/^\d+\.\d+\.\d+/) });
		expect(document.components.securitySchemes).toMatchObject({
			bearer: { type: 'http', scheme: 'bearer' },
			apiKey: { type: 'apiKey', in: 'header', name: 'x-api-key' },
		});
	});

	it('has every route that is served, and no other', () => {
		const served = api.routes
			.all()
			.filter(({ method, url }) => method !== 'HEAD' && !/^\/(?:docs|chat|openapi\.json)(?:\/|$)/.test(url))
			.map(({ method, url }) => `${method} ${url.replaceAll(/:(\w+)/g, '{$1}').replace(/\*$/, '{path}')}`);
		expect(operations.map(({ id }) => id).toSorted()).toEqual(served.toSorted());
	});

	it('says of each route who may call it and how it answers', () => {
		for (const { id, path, operation } of operations) {
			const route = api.routes
				.all()
				.find(({ method, url }) => `${method} ${url.replaceAll(/:(\w+)/g, '{$1}').replace(/\*$/, '{path}')}` === id);
			expect({ id, tags: operation.tags.length }).toEqual({ id, tags: 1 });
			expect({ id, summary: operation.summary }).toEqual({ id, summary: expect.stringMatching(/\w/) });
			const needs = typeof route?.access === 'object' ? permissionsOf(route.access) : undefined;
			expect({ id, permission: operation['x-required-permission'] }).toEqual({ id, permission: needs });
			if (needs !== undefined) {
				expect(operation.security).toEqual([{ bearer: [] }, { apiKey: [] }]);
				expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining(['401', '403', 'default']));
			}
			expect(Object.keys(operation.responses).filter((status) => status.startsWith('2'))).toHaveLength(1);
			const inPath = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
			const declared = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path');
			expect({ id, names: declared.map(({ name }) => name) }).toEqual({ id, names: inPath });
		}
		expect(new Set(operations.map(({ operation }) => operation.operationId)).size).toBe(operations.length);
	});

	it('explains every group, parameter, operation and failure, with an example of each body', () => {
		const groups = new Set(document.tags.map(({ name }) => name));
		for (const { id, operation } of operations) {
			expect([id, groups.has(operation.tags[0] ?? '')]).toEqual([id, true]);
			expect([id, operation.description]).toEqual([id, expect.stringMatching(/permission|Open to anyone/)]);
			const silent = (operation.parameters ?? []).filter(({ description = '' }) => description === '');
			expect([id, silent]).toEqual([id, []]);
			const bodies = [operation.requestBody, ...Object.values(operation.responses)].flatMap((part) =>
				Object.entries(part?.content ?? {}),
			);
			const bare = bodies.filter(([type, { example }]) => type === 'application/json' && example === undefined);
			expect([id, bare.length]).toEqual([id, 0]);
		}
	});

	it('has no reference that leads nowhere, and no framework form of a schema', () => {
		const text = JSON.stringify(document);
		const names = [...text.matchAll(/"\$ref":"([^"]*)"/g)].map((match) => match[1] ?? '');
		expect(names.length).toBeGreaterThan(10);
		for (const name of new Set(names)) {
			const [, kind = '', found = ''] = /^#\/components\/(schemas|responses)\/(\w+)$/.exec(name) ?? [];
			expect(document.components).toHaveProperty([kind, found]);
		}
		expect(text).not.toMatch(/"\$defs"|"\$schema"|"nullable"|__schema\d/);
	});

	it('shows the envelope around the data of the platform API, and the request form of a body', () => {
		const create = document.paths['/api/v1/projects']?.post;
		expect(create?.requestBody?.content['application/json']?.schema).toEqual({
			$ref: '#/components/schemas/CreateProject',
		});
		expect(create?.responses['201']?.content?.['application/json']?.schema).toMatchObject({
			properties: {
				success: { enum: [true] },
				data: { $ref: '#/components/schemas/Project' },
				errors: { type: 'null' },
			},
		});
		const failure = (name: string) => document.components.responses[name]?.content?.['application/json'];
		expect(create?.responses.default).toEqual({ $ref: '#/components/responses/EnvelopeOther' });
		expect(failure('EnvelopeOther')?.schema).toEqual({ $ref: '#/components/schemas/ErrorEnvelope' });
		expect(failure('EnvelopePermissionDenied')?.example).toMatchObject({ error: { code: 'permission_denied' } });
		expect(document.paths['/api/chat']?.post?.responses.default).toEqual({
			$ref: '#/components/responses/OllamaOther',
		});
		expect(failure('OllamaOther')?.schema).toEqual({ $ref: '#/components/schemas/OllamaError' });
	});

	it('closes requests to unknown fields, but not answers', () => {
		const { CreateProject, Project } = document.components.schemas;
		expect([CreateProject?.additionalProperties, Project?.additionalProperties]).toEqual([false, undefined]);
	});

	it('is rendered at /docs by files of this origin alone', async () => {
		const answer = await fetch(`${api.url}/docs`);
		const page = await answer.text();
		expect(answer.headers.get('content-type')).toMatch(/^text\/html/);
		expect(answer.headers.get('content-security-policy')).toMatch(/default-src 'none'; script-src 'self';/);
		expect(page).not.toMatch(/https?:\/\/|<script>|\bon\w+=/);
		const files = [...page.matchAll(/(?:src|href)="\.(\/docs\/[^"]+)"/g)].map((match) => match[1] ?? '');
		expect(files).toHaveLength(4);
		for (const file of files) {
			const asset = await fetch(api.url + file);
			expect(asset.status).toBe(200);
			expect((await asset.arrayBuffer()).byteLength).toBeGreaterThan(50);
		}
		expect(await (await fetch(`${api.url}/docs/start.js`)).text()).toContain('./openapi.json');
	});
});
