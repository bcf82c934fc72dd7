import { Injectable } from '@nestjs/common';
import { CallMetrics } from '../metrics/call-metrics.js';
import { ActiveCalls } from './active-calls.js';
import { CallPolicies } from './call-policies.js';

/** What accompanies the calls: the policies around them, the set of those under way, what is measured. */
@Injectable()
export class CallStages {
	constructor(
		readonly policies: CallPolicies,
		readonly active: ActiveCalls,
		readonly metrics: CallMetrics,
	) {}
}
