import { Module } from '@nestjs/common';
import { CallLedgerModule } from '#libs/metering';
import { ProvidersModule } from '#libs/providers';
import { AuditModule } from '#libs/audit';
import { ModelManagement } from './management/model-management.js';
import { CallMetrics } from './metrics/call-metrics.js';
import { StateMetrics } from './metrics/state-metrics.js';
import { ActiveCalls } from './pipeline/active-calls.js';
import { CallPolicies } from './pipeline/call-policies.js';
import { CallStages } from './pipeline/call-stages.js';
import { Gateway } from './pipeline/gateway.js';
import { RunParts } from './pipeline/run-parts.js';
import { TokenCounter } from './pipeline/token-counter.js';
import { LoadedModels } from './routing/loaded-models.js';
import { RoutePreviews } from './routing/route-preview.js';
import { Router } from './routing/router.js';
import { Targets } from './routing/targets.js';

@Module({
	imports: [AuditModule, CallLedgerModule, ProvidersModule],
	providers: [
		ActiveCalls,
		CallMetrics,
		CallPolicies,
		CallStages,
		Gateway,
		LoadedModels,
		ModelManagement,
		RoutePreviews,
		Router,
		RunParts,
		StateMetrics,
		Targets,
		TokenCounter,
	],
	exports: [ActiveCalls, CallPolicies, Gateway, ModelManagement, ProvidersModule, RoutePreviews, Targets, TokenCounter],
})
export class GatewayModule {}
