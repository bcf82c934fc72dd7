export type Phase = 'booting' | 'ready' | 'draining';
export type CheckResult = 'up' | 'down';

export interface ReadinessReport {
	readonly status: 'booting' | 'ready' | 'degraded' | 'draining';
	readonly checks: Readonly<Record<string, CheckResult>>;
}

const CHECK_LIMIT_MS = 1_000;

/**
 * Whether this process takes work. It does not while booting and while draining; a dependency that is lost later only
 * degrades it, so that the fallbacks get used.
 */
export class Readiness {
	phase: Phase = 'booting';
	private readonly probes = new Map<string, () => Promise<unknown>>();

	/** `probe` resolves while the dependency is there. */
	check(name: string, probe: () => Promise<unknown>): void {
		this.probes.set(name, probe);
	}

	async report(): Promise<ReadinessReport> {
		const entries = await Promise.all(
			[...this.probes].map(async ([name, probe]) => [name, await attempt(probe)] as const),
		);
		const isWhole = entries.every(([, result]) => result === 'up');
		const status = this.phase === 'ready' && !isWhole ? 'degraded' : this.phase;
		return { status, checks: Object.fromEntries(entries) };
	}
}

async function attempt(probe: () => Promise<unknown>): Promise<CheckResult> {
	let timer: NodeJS.Timeout | undefined;
	const late = new Promise<CheckResult>((resolve) => {
		timer = setTimeout(() => resolve('down'), CHECK_LIMIT_MS);
	});
	try {
		return await Promise.race([probe().then((): CheckResult => 'up'), late]);
	} catch {
		return 'down';
	} finally {
		clearTimeout(timer);
	}
}
