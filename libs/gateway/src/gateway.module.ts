import { Module } from '@nestjs/common';
import { CallLedgerModule } from '#libs/metering';
import { ProvidersModule } from '#libs/providers';
import { ActiveCalls } from './pipeline/active-calls.js';
import { CallPolicies } from './pipeline/call-policies.js';
import { CallStages } from './pipeline/call-stages.js';
import { Gateway } from './pipeline/gateway.js';

@Module({
	imports: [CallLedgerModule, ProvidersModule],
	providers: [ActiveCalls, CallPolicies, CallStages, Gateway],
	exports: [ActiveCalls, CallPolicies, Gateway, ProvidersModule],
})
export class GatewayModule {}
