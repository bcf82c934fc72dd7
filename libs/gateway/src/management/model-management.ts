import type { Readable } from 'node:stream';
import { Injectable, Logger } from '@nestjs/common';
import { type AuditAction, AuditLog } from '#libs/audit';
import { UnitOfWork } from '#libs/database';
import { AppError, Roster, type Scope } from '#libs/kernel';
import { ModelCatalogue, modelNotFound, type Provider, Upstreams, type UpstreamRequest } from '#libs/providers';
import { Metrics } from '#libs/telemetry';
import { dialectNotAllowed } from '../pipeline/model-access.js';
import type { Downstream } from '../pipeline/inbound-call.js';
import { ManagementExchange } from './management-exchange.js';
import { checkDigest, readVerb, type Verb, type VerbRequest } from './verb.js';

/** Longest silence of a server that works on a model: it verifies and writes many gigabytes without a word. */
const SILENCE_MS = 1_800_000;
const HEAD_LIMIT_MS = 10_000;

/** A file for a model, on its way in. */
export interface Blob {
	readonly digest: string;
	readonly body: Readable;
	/** In bytes, where the client says it. */
	readonly length: string | undefined;
}

/** Somebody changes something of a provider's models. */
interface Change {
	readonly action: AuditAction;
	readonly provider: Provider;
	readonly target: string;
}

/**
 * Changes of the models on an organization's own Ollama servers. What they do is audited before a server is asked, and
 * again with its end.
 */
@Injectable()
export class ModelManagement {
	private readonly logger = new Logger('ModelManagement');
	private readonly counter;
	private readonly underWay = new Roster<ManagementExchange>();

	constructor(
		private readonly catalogue: ModelCatalogue,
		private readonly upstreams: Upstreams,
		private readonly audit: AuditLog,
		private readonly work: UnitOfWork,
		metrics: Metrics,
	) {
		this.counter = metrics.counter(
			'parallama_model_changes_total',
			'Changes of models on Ollama servers, by their end',
			['action', 'result'],
		);
	}

	/** From its answer on, `down` gets progress or the error. @throws AppError for what is refused before. */
	async run(scope: Scope, verb: Verb, body: Buffer, down: Downstream): Promise<void> {
		const providers = await this.providersOf(scope);
		const request = readVerb(verb, body, new Set(providers.map(({ name }) => name)));
		refuseReachingOut(scope, request);
		for (const model of request.models) if (scope.models?.allows('ollama', model) === false) throw modelNotFound(model);
		const provider = providers.find(({ name }) => request.provider === undefined || name === request.provider);
		if (provider === undefined) throw noProvider();
		const exchange = new ManagementExchange(down, request.isStreamed, () => this.catalogue.renew(provider));
		const timeouts = { firstByteMs: request.isStreamed ? SILENCE_MS : 0, idleMs: SILENCE_MS };
		await this.carryOut(scope, { action: verb.action, provider, target: request.model }, exchange, {
			...requestTo(provider, verb.method, `/api/${verb.name}`),
			body: request.body,
			timeouts,
		});
	}

	/** Hands a file on as it comes. @throws AppError for what is refused before */
	async upload(scope: Scope, { digest, body, length }: Blob, down: Downstream): Promise<void> {
		const provider = await this.firstProvider(scope, digest);
		const exchange = new ManagementExchange(down, false, async () => undefined);
		const { headers, ...request } = requestTo(provider, 'POST', `/api/blobs/${digest}`);
		body.once('error', (error) => exchange.cut(error instanceof AppError ? error : partial(error)));
		await this.carryOut(scope, { action: 'model.upload', provider, target: digest }, exchange, {
			...request,
			headers: {
				...headers,
				'content-type': 'application/octet-stream',
				...(length === undefined ? {} : { 'content-length': length }),
			},
			body,
			timeouts: { firstByteMs: SILENCE_MS, idleMs: SILENCE_MS },
		});
	}

	/** Whether the organization's server has a file. */
	async has(scope: Scope, digest: string): Promise<boolean> {
		const provider = await this.firstProvider(scope, digest);
		const timeouts = { firstByteMs: HEAD_LIMIT_MS, idleMs: HEAD_LIMIT_MS };
		const request = { ...requestTo(provider, 'HEAD', `/api/blobs/${digest}`), body: undefined, timeouts };
		return new Promise((resolve, reject) => {
			let status = 0;
			this.upstreams.transportOf(provider).send(request, {
				onHead: (code) => {
					status = code;
				},
				onData: () => undefined,
				onEnd: () => resolve(status === 200),
				onError: reject,
			});
		});
	}

	/** Ends all that is under way, with an error that clients can see. */
	cutAll(error: AppError): void {
		for (const exchange of this.underWay) exchange.cut(error);
	}

	private async firstProvider(scope: Scope, digest: string): Promise<Provider> {
		checkDigest(digest);
		const [provider] = await this.providersOf(scope);
		if (provider === undefined) throw noProvider();
		return provider;
	}

	/** The organization's own. What others use, too, is for those who operate the installation. */
	private async providersOf({ organizationId, permissions, models }: Scope): Promise<Provider[]> {
		if (models?.allowsDialect('ollama') === false) throw dialectNotAllowed('ollama');
		const states = await this.catalogue.states(organizationId);
		return states
			.map(({ provider }) => provider)
			.filter(({ kind }) => kind === 'ollama')
			.filter(
				(provider) =>
					(provider.organizationId === organizationId && !provider.isShared) || permissions.has('instance:operate'),
			);
	}

	private async carryOut(
		scope: Scope,
		change: Change,
		exchange: ManagementExchange,
		request: UpstreamRequest,
	): Promise<void> {
		await this.record(scope, change, { state: 'asked' });
		this.underWay.add(exchange);
		exchange.start(this.upstreams.transportOf(change.provider), request);
		const code = await exchange.ended;
		this.underWay.remove(exchange);
		this.counter.inc({ action: change.action, result: code === undefined ? 'success' : 'failure' });
		const end = code === undefined ? { state: 'done' } : { state: 'failed', error: code };
		await this.record(scope, change, end).catch((cause: unknown) =>
			this.logger.error(`The end of ${change.action} could not be recorded: ${String(cause)}`),
		);
	}

	private record(scope: Scope, { action, provider, target }: Change, state: { state: string }): Promise<void> {
		return this.work.run(scope, (tenant) =>
			this.audit.record(tenant, {
				action,
				targetType: 'model',
				targetId: target,
				after: { provider: provider.name, providerId: provider.id, ...state },
				result: state.state === 'failed' ? 'failure' : 'success',
			}),
		);
	}
}

function refuseReachingOut({ permissions }: Scope, { reachesOut }: VerbRequest): void {
	const [param] = reachesOut;
	if (param === undefined || permissions.has('providers:write')) return;
	throw new AppError('denied', 'permission_denied', `${param} needs the permission providers:write`, { param });
}

const partial = (cause: Error): AppError =>
	new AppError('invalid', 'bad_request', 'The file did not arrive whole', { cause });

const noProvider = (): AppError =>
	new AppError(
		'missing',
		'no_own_ollama',
		'Your organization has no Ollama provider of its own: models of a shared one are not changed here',
	);

const requestTo = ({ baseUrl, credential }: Provider, method: UpstreamRequest['method'], path: string) => ({
	method,
	path: new URL(baseUrl).pathname.replace(/(?<!\/)\/+$/, '') + path,
	headers: {
		'content-type': 'application/json',
		...(credential === undefined ? {} : { authorization: `Bearer ${credential}` }),
	},
});
