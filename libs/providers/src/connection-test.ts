import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '#libs/database';
import { AppError, missing, type Scope } from '#libs/kernel';
import { RateLimiter } from '#libs/redis';
import { fetchUpstream } from './fetch-upstream.js';
import { ProviderRepository } from './persistence/provider.repository.js';
import type { Provider } from './provider.js';
import { Upstreams } from './upstreams.js';

/** Every test that finds nothing takes this long. */
const LIMIT_MS = 5_000;
const perOrganization = { name: 'connection-tests', burst: 20, perMs: 60_000 } as const;

/** All that a test can find. */
export const connectionTestCodes = [
	'ok',
	'unreachable',
	'unexpected_answer',
	'credential_refused',
	'credential_unreadable',
] as const;
type Code = (typeof connectionTestCodes)[number];

export interface ConnectionTestResult {
	readonly code: Code;
	/** Until the list of models was there; `null` when it never was. */
	readonly latencyMs: number | null;
	readonly modelCount: number | null;
}

const codeOfError: Readonly<Record<string, Code>> = {
	upstream_credentials_exhausted: 'credential_refused',
	upstream_refused: 'unexpected_answer',
	upstream_garbage: 'unexpected_answer',
	upstream_too_large: 'unexpected_answer',
};

/**
 * Asks an upstream for its models, on connections of its own. A closed port, a filtered one, a forbidden address, an unknown
 * name and a server of something else look alike, also by the time it takes: nobody explores a network with this.
 */
@Injectable()
export class ConnectionTest {
	constructor(
		private readonly work: UnitOfWork,
		private readonly providers: ProviderRepository,
		private readonly upstreams: Upstreams,
		private readonly limiter: RateLimiter,
	) {}

	/** Of one of the organization's, enabled or not. @throws AppError missing; throttled `too_many_tests` */
	async run(scope: Scope, id: string): Promise<ConnectionTestResult> {
		const [record, provider] = await this.work.run(scope, async (tenant) => [
			await this.providers.find(tenant, id),
			await this.providers.openOne(tenant, id),
		]);
		if (record === undefined) throw missing('The provider');
		await this.demandTurn(scope.organizationId);
		if (provider === undefined) return found('credential_unreadable');
		return this.ask(provider);
	}

	private async demandTurn(organizationId: string): Promise<void> {
		const verdict = await this.limiter.take([{ limit: perOrganization, subject: organizationId }]);
		if (verdict.isAllowed) return;
		throw new AppError('throttled', 'too_many_tests', 'At most 20 connection tests a minute', {
			retryAfterMs: Math.max(verdict.retryAfterMs, 1_000),
		});
	}

	private async ask(provider: Provider): Promise<ConnectionTestResult> {
		const startedAt = performance.now();
		const adapter = this.upstreams.adapterOf(provider);
		const transport = this.upstreams.connect(provider);
		try {
			const body = await fetchUpstream(transport, adapter.listRequest(provider), LIMIT_MS);
			const modelCount = adapter.decodeList(body).length;
			return { code: 'ok', latencyMs: Math.round(performance.now() - startedAt), modelCount };
		} catch (error) {
			if (!(error instanceof AppError) || error.fault === 'bug') throw error;
			const code = codeOfError[error.code] ?? 'unreachable';
			if (code === 'unreachable') await pause(Math.max(0, startedAt + LIMIT_MS - performance.now()));
			return found(code);
		} finally {
			transport.close();
		}
	}
}

const found = (code: Code): ConnectionTestResult => ({ code, latencyMs: null, modelCount: null });
