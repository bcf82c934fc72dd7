import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AccessModule, OrganizationDirectory, RoleAssignmentsService, RolesService } from '#libs/access';
import { AuditLog, AuditModule, AuditVerifier } from '#libs/audit';
import { ConfigModule } from '#libs/config';
import { DatabaseModule, withConnection } from '#libs/database';
import { IdentityModule, UsersService } from '#libs/identity';
import { isUuid, missing, newId, type Scope, systemScope } from '#libs/kernel';
import { JobBoard, JobsModule } from '#libs/jobs';
import { KeysModule, KeysService } from '#libs/keys';
import {
	AnalyticsService,
	BudgetsService,
	LimitsService,
	MeteringModule,
	PricesService,
	ReratingsService,
	RuleExplainer,
} from '#libs/metering';
import {
	AliasesService,
	ConnectionTest,
	CredentialsService,
	ModelCatalogue,
	ProvidersModule,
	ProvidersService,
} from '#libs/providers';
import { RedisConnection, RedisModule } from '#libs/redis';
import { type Invocation, textOption } from './command.js';
import { loadConfig, ownerUrl } from './settings.js';

@Module({})
class CliModule {}

const REDIS_WAIT_MS = 1_000;

/** What commands that act inside an organization need. */
export interface Services {
	/** The organization that `--organization` names, as one of our own processes. */
	readonly scope: Scope;
	readonly users: UsersService;
	readonly keys: KeysService;
	readonly roles: RolesService;
	readonly assignments: RoleAssignmentsService;
	readonly audit: AuditLog;
	readonly auditVerifier: AuditVerifier;
	readonly providers: ProvidersService;
	readonly credentials: CredentialsService;
	readonly connectionTest: ConnectionTest;
	readonly aliases: AliasesService;
	readonly catalogue: ModelCatalogue;
	readonly limits: LimitsService;
	readonly budgets: BudgetsService;
	readonly rules: RuleExplainer;
	readonly prices: PricesService;
	readonly reratings: ReratingsService;
	readonly analytics: AnalyticsService;
	readonly jobs: JobBoard;
}

/** The options of every command that acts inside an organization. */
export const organizationOption = { organization: { type: 'string' } } as const;
export const organizationExplanation = {
	organization: 'Slug of the organization; needed when there are several',
} as const;

/**
 * Runs work with the product's own services, connected as the owner: an operator names any organization, and the services
 * still see that one only.
 */
export async function withServices<T>(invocation: Invocation, work: (services: Services) => Promise<T>): Promise<T> {
	const config = loadConfig(invocation.terminal);
	await knock(ownerUrl(config));
	const imports = [
		ConfigModule.of(config),
		DatabaseModule.as('owner'),
		RedisModule,
		AccessModule,
		AuditModule,
		IdentityModule,
		JobsModule,
		KeysModule,
		MeteringModule,
		ProvidersModule,
	];
	const app = await NestFactory.createApplicationContext(
		{ module: CliModule, imports },
		{
			logger: false,
			abortOnError: false,
		},
	);
	try {
		await app.get(RedisConnection).connected(REDIS_WAIT_MS); // revocations reach the caches faster with it
		const { id } = await app.get(OrganizationDirectory).resolve(textOption(invocation, 'organization'));
		return await work({
			scope: systemScope(id, 'cli', newId()),
			users: app.get(UsersService),
			keys: app.get(KeysService),
			roles: app.get(RolesService),
			assignments: app.get(RoleAssignmentsService),
			audit: app.get(AuditLog),
			auditVerifier: app.get(AuditVerifier),
			providers: app.get(ProvidersService),
			credentials: app.get(CredentialsService),
			connectionTest: app.get(ConnectionTest),
			aliases: app.get(AliasesService),
			catalogue: app.get(ModelCatalogue),
			limits: app.get(LimitsService),
			budgets: app.get(BudgetsService),
			rules: app.get(RuleExplainer),
			prices: app.get(PricesService),
			reratings: app.get(ReratingsService),
			analytics: app.get(AnalyticsService),
			jobs: app.get(JobBoard),
		});
	} finally {
		await app.close();
	}
}

/** Fails before anything else is opened that would have to be closed: Nest closes nothing when its start fails. */
async function knock(url: string): Promise<void> {
	await withConnection({ url, applicationName: 'parallama-cli' }, (source) => source.query('SELECT 1'));
}

const PAGE = 200;

/** Every item of a list. */
export async function everything<Item>(
	page: (request: {
		limit: number;
		after: string | undefined;
	}) => Promise<{ items: readonly Item[]; next: string | null }>,
): Promise<Item[]> {
	const items: Item[] = [];
	let after: string | undefined;
	do {
		const { items: more, next } = await page({ limit: PAGE, after });
		items.push(...more);
		after = next ?? undefined;
	} while (after !== undefined);
	return items;
}

/** The id of somebody who is named by e-mail address; an id (of a service account, say) stands for itself. */
export async function userIdOf({ scope, users }: Services, who: string): Promise<string> {
	const address = who.toLowerCase();
	if (isUuid(who)) return who;
	const all = await everything((page) => users.list(scope, page));
	const user = all.find((each) => each.email.toLowerCase() === address);
	if (!user) throw missing(`User ${address}`);
	return user.id;
}
