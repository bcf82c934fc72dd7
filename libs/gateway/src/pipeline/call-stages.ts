import { Injectable } from '@nestjs/common';
import { ActiveCalls } from './active-calls.js';
import { CallPolicies } from './call-policies.js';

/** What accompanies the calls: the policies around them and the set of those under way. */
@Injectable()
export class CallStages {
	constructor(
		readonly policies: CallPolicies,
		readonly active: ActiveCalls,
	) {}
}
