import { surveyKeys } from '#libs/jobs';
import { type Scope, systemScope } from '#libs/kernel';
import { KeyExpiry } from '#libs/keys';
import { OrganizationWalk } from '#libs/metering';
import { Metrics } from '#libs/telemetry';
import { HandlesJob, type JobHandler } from '../runner/job-handler.js';

const DAYS = [1, 7, 30];
/** Surveys go round among the workers: what another one has found since is not said here again. */
const VALID_MS = 180_000;

@HandlesJob(surveyKeys)
export class SurveyKeysHandler implements JobHandler<Record<string, never>> {
	private found: ReadonlyMap<number, number> = new Map();
	private foundAt = Number.NEGATIVE_INFINITY;

	constructor(
		private readonly organizations: OrganizationWalk,
		private readonly keys: KeyExpiry,
		metrics: Metrics,
	) {
		metrics.gauge('parallama_keys_expiring', 'API keys in use that end soon', ['within'], (gauge) => {
			gauge.reset();
			if (performance.now() - this.foundAt > VALID_MS) return;
			for (const [days, count] of this.found) gauge.set({ within: `${days}d` }, count);
		});
	}

	async handle({ requestId }: Scope): Promise<void> {
		const found = new Map(DAYS.map((days) => [days, 0]));
		for (const id of await this.organizations.ids())
			for (const days of DAYS) {
				const count = await this.keys.countUsed(systemScope(id, surveyKeys.name, requestId), days);
				found.set(days, (found.get(days) ?? 0) + count);
			}
		this.found = found;
		this.foundAt = performance.now();
	}
}
