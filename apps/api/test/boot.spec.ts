import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, Module } from '@nestjs/common';
import { isPermission } from '#libs/access';
import { freshDatabase } from '#libs/testing';
import { startApi, type TestApi } from './support/start-api.js';

@Controller('unmarked')
class UnmarkedController {
	@Get()
	open(): string {
		return 'open';
	}
}
@Module({ controllers: [UnmarkedController] })
class UnmarkedModule {}

describe('boot', () => {
	let api: TestApi;
	beforeAll(async () => {
		await freshDatabase();
		api = await startApi();
	});
	afterAll(() => api.stop());

	it('every route says who may call it, controllers and dialects alike', () => {
		const routes = api.routes.all();
		expect(routes.length).toBeGreaterThan(10);
		const unmarked = routes.filter(
			({ access }) =>
				access !== 'public' && access !== 'optional' && (access === undefined || !isPermission(access.requires)),
		);
		expect(unmarked.map(({ method, url }) => `${method} ${url}`)).toEqual([]);
	});

	it('anonymous callers reach the routes of this list and no other', () => {
		const open = api.routes.all().filter(({ access, method }) => typeof access === 'string' && method !== 'HEAD');
		expect(open.map(({ method, url }) => `${method} ${url}`).toSorted()).toEqual(
			[
				'GET /',
				'GET /.well-known/jwks.json',
				'GET /api/v1/downloads/:token',
				'GET /chat',
				'GET /chat/api.js',
				'GET /chat/chat.css',
				'GET /chat/dompurify.js',
				'GET /chat/elements.js',
				'GET /chat/main.js',
				'GET /chat/marked.js',
				'GET /chat/messages.js',
				'GET /chat/words.js',
				'GET /docs',
				'GET /docs/favicon-32x32.png',
				'GET /docs/start.js',
				'GET /docs/swagger-ui-bundle.js',
				'GET /docs/swagger-ui.css',
				'GET /health',
				'GET /ollama',
				'GET /openapi.json',
				'GET /status',
				'POST /api/v1/auth/forgot-password',
				'POST /api/v1/auth/login',
				'POST /api/v1/auth/logout',
				'POST /api/v1/auth/refresh',
				'POST /api/v1/auth/register',
				'POST /api/v1/auth/reset-password',
				'POST /api/v1/auth/verify-email',
				'POST /api/v1/invitations/accept',
				'POST /api/v1/shared/open',
			].toSorted(),
		);
	});

	it('every route that changes something for anybody says how often', () => {
		const changing = api.routes
			.all()
			.filter(({ access, method }) => typeof access === 'string' && !['GET', 'HEAD'].includes(method));
		expect(changing.length).toBeGreaterThan(5);
		expect(changing.filter(({ limit }) => limit === undefined).map(({ url }) => url)).toEqual([]);
	});

	it('refuses a controller whose access is not declared', async () => {
		const other = await startApi({}, { modules: [UnmarkedModule] });
		try {
			expect((await fetch(`${other.url}/unmarked`)).status).toBe(403);
			expect(other.routes.all().filter(({ access }) => access === undefined)).toHaveLength(2); // GET and HEAD
		} finally {
			await other.stop();
		}
	});
});
