export type Phase = 'booting' | 'ready' | 'draining';
export type CheckResult = 'up' | 'down';
export type Checks = Readonly<Record<string, CheckResult>>;

export interface ReadinessReport {
	readonly status: 'booting' | 'ready' | 'degraded' | 'draining';
	readonly checks: Checks;
}

/**
 * Whether this process takes work. It does not while booting and while draining; a dependency that is lost later only
 * degrades it, so that the fallbacks get used.
 */
export class Readiness {
	phase: Phase = 'booting';
	/** Asks the dependencies, in bounded time; the application fills it in as soon as it can. */
	checks: () => Promise<Checks> = () => Promise.resolve({});

	async report(): Promise<ReadinessReport> {
		const checks = await this.checks();
		const isWhole = Object.values(checks).every((result) => result === 'up');
		const status = this.phase === 'ready' && !isWhole ? 'degraded' : this.phase;
		return { status, checks };
	}
}
