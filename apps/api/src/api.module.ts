import { type DynamicModule, Module, type Type } from '@nestjs/common';
import { Config, ConfigModule } from '#libs/config';
import { DatabaseMetrics, DatabaseModule } from '#libs/database';
import { RedisModule } from '#libs/redis';
import { type Telemetry, TelemetryModule } from '#libs/telemetry';
import { AccessHttpModule } from './access/access.http.module.js';
import { AnalyticsHttpModule } from './analytics/analytics.http.module.js';
import { AuditHttpModule } from './audit/audit.http.module.js';
import { AliasesHttpModule } from './aliases/aliases.http.module.js';
import { AuthHttpModule } from './auth/auth.http.module.js';
import { BudgetsHttpModule } from './budgets/budgets.http.module.js';
import { ChatHttpModule } from './chat/chat.http.module.js';
import { ConversationsHttpModule } from './conversations/conversations.http.module.js';
import { ImportsHttpModule } from './imports/imports.http.module.js';
import { ExportsHttpModule } from './exports/exports.http.module.js';
import { DiscoveryModule } from './discovery/discovery.module.js';
import { EdgeModule } from './edge/edge.module.js';
import { RouteTable } from './edge/route-table.js';
import { RouteTableModule } from './edge/route-table.module.js';
import { GatewayHttpModule } from './gateway/gateway.http.module.js';
import { HealthModule } from './health/health.module.js';
import { InvitationsHttpModule } from './invitations/invitations.http.module.js';
import { KeysHttpModule } from './keys/keys.http.module.js';
import { LimitsHttpModule } from './limits/limits.http.module.js';
import { MailHttpModule } from './mail/mail.http.module.js';
import { ModelsHttpModule } from './models/models.http.module.js';
import { OrganizationsHttpModule } from './organizations/organizations.http.module.js';
import { PricesHttpModule } from './prices/prices.http.module.js';
import { ProjectsHttpModule } from './projects/projects.http.module.js';
import { PromptsHttpModule } from './prompts/prompts.http.module.js';
import { ProvidersHttpModule } from './providers/providers.http.module.js';
import { RolesHttpModule } from './roles/roles.http.module.js';
import { SearchHttpModule } from './search/search.http.module.js';
import { ServiceAccountsHttpModule } from './service-accounts/service-accounts.http.module.js';
import { UsageHttpModule } from './usage/usage.http.module.js';
import { UsersHttpModule } from './users/users.http.module.js';

/** What exists before Nest does. */
export interface ApiParts {
	readonly config: Config;
	readonly telemetry: Telemetry;
	readonly routes: RouteTable;
	/** Modules beside the product's; for tests. */
	readonly modules: readonly Type[];
}

/** The only list of modules. Features: one line each, in alphabetical order. */
@Module({
	imports: [
		AliasesHttpModule,
		AccessHttpModule,
		AnalyticsHttpModule,
		AuditHttpModule,
		AuthHttpModule,
		BudgetsHttpModule,
		ChatHttpModule,
		ConversationsHttpModule,
		ExportsHttpModule,
		ImportsHttpModule,
		DiscoveryModule,
		EdgeModule,
		GatewayHttpModule,
		HealthModule,
		InvitationsHttpModule,
		KeysHttpModule,
		LimitsHttpModule,
		MailHttpModule,
		ModelsHttpModule,
		OrganizationsHttpModule,
		PricesHttpModule,
		ProjectsHttpModule,
		PromptsHttpModule,
		ProvidersHttpModule,
		RolesHttpModule,
		SearchHttpModule,
		ServiceAccountsHttpModule,
		UsageHttpModule,
		UsersHttpModule,
	],
})
export class ApiModule {
	static of({ config, telemetry, routes, modules }: ApiParts): DynamicModule {
		return {
			module: ApiModule,
			imports: [
				ConfigModule.of(config),
				TelemetryModule.of(telemetry),
				RouteTableModule.of(routes),
				DatabaseModule.as('app'),
				RedisModule,
				...modules,
			],
			providers: [DatabaseMetrics],
		};
	}
}
