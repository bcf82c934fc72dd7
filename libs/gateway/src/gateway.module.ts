import { Module } from '@nestjs/common';
import { CallLedgerModule } from '#libs/metering';
import { ProvidersModule } from '#libs/providers';
import { ActiveCalls } from './pipeline/active-calls.js';
import { CallPolicies } from './pipeline/call-policies.js';
import { CallStages } from './pipeline/call-stages.js';
import { Gateway } from './pipeline/gateway.js';
import { RunParts } from './pipeline/run-parts.js';
import { LoadedModels } from './routing/loaded-models.js';
import { Router } from './routing/router.js';
import { Targets } from './routing/targets.js';

@Module({
	imports: [CallLedgerModule, ProvidersModule],
	providers: [ActiveCalls, CallPolicies, CallStages, Gateway, LoadedModels, Router, RunParts, Targets],
	exports: [ActiveCalls, CallPolicies, Gateway, ProvidersModule, Router, Targets],
})
export class GatewayModule {}
