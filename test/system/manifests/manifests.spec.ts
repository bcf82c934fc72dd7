import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { concerns } from '#libs/config';
import { secretFiles } from '#libs/installation';
import { breaches } from './security.js';
import {
	type Container,
	containersOf,
	overlays,
	ROOT,
	render,
	type Resource,
	resourcesOf,
	selects,
	type Spec,
	type Workload,
	workloadsOf,
} from './rendered.js';
import { invalid, unknownFields } from './schema.js';

const settings = new Set(Object.values(concerns).flatMap((schema) => Object.keys(schema.shape)));
const ofOperator = new Set(['PrometheusRule', 'ServiceMonitor']); // kinds that Kubernetes itself does not know
const text = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const secrets = new Map(
	resourcesOf(text('k8s/secrets.template.yaml')).map(({ metadata, stringData = {} }) => [metadata.name, stringData]),
);

describe.each(overlays)('the overlay %s', (overlay) => {
	let all: Resource[];
	let workloads: Workload[];
	const ofKind = (kind: string): Resource[] => all.filter((each) => each.kind === kind);
	const named = (kind: string, name: string): Resource => {
		const found = ofKind(kind).find(({ metadata }) => metadata.name === name);
		if (found === undefined) throw new Error(`There is no ${kind} ${name}`);
		return found;
	};
	const workload = (name: string): Workload => workloads.find((each) => each.name === name) as Workload;
	const ours = (): Workload[] => workloads.filter(({ name }) => name.startsWith('parallama-'));
	const portOf = ({ pod }: Workload, port: string | number): boolean =>
		pod.containers.some(({ ports = [] }) => ports.some((each) => each.name === port || each.containerPort === port));

	beforeAll(() => {
		all = render(overlay);
		workloads = workloadsOf(all);
	});

	it('has only fields, types and values that Kubernetes takes', async () => {
		const known = all.filter(({ kind }) => !ofOperator.has(kind));
		expect(known.length).toBeGreaterThan(20);
		expect(known.flatMap(unknownFields)).toEqual([]);
		expect((await Promise.all(known.map(invalid))).flat()).toEqual([]);
	});

	it('keeps to the restricted standard, which its namespace enforces', () => {
		expect(workloads.flatMap(breaches)).toEqual([]);
		const [namespace] = ofKind('Namespace');
		expect(namespace?.metadata.labels).toMatchObject({ 'pod-security.kubernetes.io/enforce': 'restricted' });
		const elsewhere = all.filter(
			({ kind, metadata }) => kind !== 'Namespace' && metadata.namespace !== namespace?.metadata.name,
		);
		expect(elsewhere).toEqual([]);
	});

	it('gives every process settings that exist, from files that a Secret has', () => {
		const problems = ours().flatMap((each) =>
			containersOf(each).flatMap((container) => settingProblems(each, container)),
		);
		expect(problems).toEqual([]);
		expect(
			Object.keys(named('ConfigMap', 'parallama-settings').data ?? {}).filter((name) => !settings.has(name)),
		).toEqual([]);
	});

	it('has a selector for every Service, budget and policy that finds pods, and ports that they open', () => {
		for (const { metadata, spec } of ofKind('Service')) {
			const found = workloads.filter(({ labels }) =>
				selects({ matchLabels: spec.selector as Record<string, string> }, labels),
			);
			expect([metadata.name, found.length]).toEqual([metadata.name, 1]);
			for (const { targetPort } of spec.ports)
				expect([metadata.name, targetPort, portOf(found[0] as Workload, targetPort)]).toEqual([
					metadata.name,
					targetPort,
					true,
				]);
		}
		for (const { metadata, spec } of ofKind('PodDisruptionBudget'))
			expect([metadata.name, workloads.filter(({ labels }) => selects(spec.selector, labels)).length]).toEqual([
				metadata.name,
				1,
			]);
		for (const { metadata, spec } of ofKind('NetworkPolicy')) {
			const found = workloads.filter(({ labels }) => selects(spec.podSelector, labels));
			expect([metadata.name, found.length > 0]).toEqual([metadata.name, true]);
			const ports = (spec.ingress ?? []).flatMap((rule) => rule.ports);
			for (const { port } of ports)
				expect([metadata.name, port, found.some((each) => portOf(each, port))]).toEqual([metadata.name, port, true]);
		}
	});

	it('denies all traffic that no policy names', () => {
		expect(named('NetworkPolicy', 'default-deny').spec).toEqual({
			podSelector: {},
			policyTypes: ['Ingress', 'Egress'],
		});
		const out = ofKind('NetworkPolicy').flatMap(({ spec }) => spec.egress ?? []);
		expect(out.length).toBeGreaterThan(3);
		for (const { to, ports } of out) expect([to?.length ?? 0, ports.length]).not.toContain(0);
	});

	it('lets api and worker drain: not ready, served on, streams ended, within the time until they are killed', () => {
		const { SHUTDOWN_DELAY_MS: delay, SHUTDOWN_GRACE_MS: grace } = named('ConfigMap', 'parallama-settings').data ?? {};
		for (const { pod } of [workload('parallama-api'), workload('parallama-worker')]) {
			const [{ readinessProbe, livenessProbe } = {} as Container] = pod.containers;
			expect(readinessProbe?.httpGet).toEqual({ path: '/readyz', port: 'management' });
			expect(livenessProbe?.httpGet).toEqual({ path: '/livez', port: 'management' });
			const noticedMs = (readinessProbe?.periodSeconds ?? 0) * (readinessProbe?.failureThreshold ?? 0) * 1_000;
			expect(noticedMs).toBeLessThan(Number(delay));
			expect(Number(pod.terminationGracePeriodSeconds) * 1_000).toBeGreaterThanOrEqual(
				Number(delay) + Number(grace) + 15_000,
			);
		}
	});

	it('runs the images that the Dockerfile makes, of one version', () => {
		const images = new Set(ours().flatMap((each) => containersOf(each).map(({ image }) => image)));
		const { version } = JSON.parse(text('package.json')) as { version: string };
		expect([...images].toSorted()).toEqual(
			['api', 'cli', 'worker'].map((part) => `registry.example.org/parallama-${part}:${version}`),
		);
	});

	it('leads the Ingress to a Service that there is, without buffering streams', () => {
		for (const { metadata, spec } of ofKind('Ingress')) {
			const [rule] = spec.rules;
			const { name, port } = rule?.http.paths[0]?.backend.service ?? { name: '', port: { name: '' } };
			expect(named('Service', name).spec.ports.map((each) => each.name)).toContain(port.name);
			expect(spec.tls.map(({ hosts }) => hosts)).toEqual([[rule?.host]]);
			expect(metadata).toMatchObject({ annotations: { 'nginx.ingress.kubernetes.io/proxy-buffering': 'off' } });
		}
	});

	it('is scraped where the operator is there', () => {
		for (const { spec } of ofKind('ServiceMonitor')) {
			const found = ofKind('Service').filter(({ metadata }) => selects(spec.selector, metadata.labels ?? {}));
			expect(found.map(({ metadata }) => metadata.name)).toEqual([
				'parallama-api-management',
				'parallama-worker-management',
			]);
			for (const service of found)
				expect(service.spec.ports.map((each) => each.name)).toEqual(spec.endpoints.map(({ port }) => port));
		}
		expect(ofKind('ServiceMonitor')).toHaveLength(overlay === 'dev' ? 0 : 1);
	});
});

/** Names that no process reads, and files that no Secret has. */
function settingProblems({ name, pod }: Workload, { env = [] }: Container): string[] {
	const volume = pod.volumes?.find((each) => each['name'] === 'secrets')?.['secret'] as { secretName: string };
	const files = secrets.get(volume.secretName) ?? {};
	return env
		.filter((each) => {
			const setting = each.name.replace(/_FILE$/, '');
			const file = each.value.replace('/run/secrets/parallama/', '');
			return !settings.has(setting) || !Object.hasOwn(files, file) || file !== setting.toLowerCase();
		})
		.map((each) => `${name}: ${each.name}=${each.value}`);
}

describe('the secrets', () => {
	it('are those that the command line makes', () => {
		const made = Object.keys(secretFiles({ database: 'db', redis: 'cache' }));
		const named = [...secrets.values()].flatMap((each) => Object.keys(each));
		expect(named.filter((name) => !made.includes(name))).toEqual([]);
		expect(made.filter((name) => !named.includes(name))).toEqual(['grafana_admin_password']);
		for (const values of secrets.values())
			for (const [name, value] of Object.entries(values)) expect(value).toBe(`{{ ${name} }}`);
	});

	it('come out of the files as they are in them', () => {
		const folder = mkdtempSync(join(tmpdir(), 'parallama-secrets-'));
		const files = secretFiles({ database: 'db', redis: 'cache' });
		for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
		const printed = execFileSync(process.execPath, ['tools/deployment/kubernetes-secrets.mjs', folder], { cwd: ROOT });
		rmSync(folder, { recursive: true });
		const made = resourcesOf(String(printed));
		expect(made.flatMap(unknownFields)).toEqual([]);
		expect(made.map(({ metadata }) => metadata.name)).toEqual([...secrets.keys()]);
		for (const { stringData = {} } of made)
			for (const [name, value] of Object.entries(stringData)) expect(value).toBe(files[name]);
	});

	it('give nobody more than they need: the owner of the database is known to migrations only', () => {
		const holders = [...secrets].filter(([, files]) => Object.hasOwn(files, 'database_migration_url'));
		expect(holders.map(([name]) => name)).toEqual(['parallama-migrate']);
	});
});

it('the owner of the database is made by the same script everywhere', () => {
	const { data } = render('dev').find(({ metadata }) => metadata.name === 'postgres-owner') as Resource;
	expect(data?.['owner.sh']).toBe(text('docker/postgres/owner.sh'));
});

describe('the checks', () => {
	const pod = (change: object): Resource => ({
		apiVersion: 'v1',
		kind: 'Pod',
		metadata: { name: 'wrong' },
		spec: { containers: [{ name: 'c', image: 'i', ...change }] } as unknown as Spec,
	});

	it('notice what is wrong', async () => {
		expect(unknownFields(pod({ readynessProbe: {} }))).toEqual(['Pod.spec.containers[0].readynessProbe is unknown']);
		expect(unknownFields(pod({ tty: 'yes' }))).toEqual(['Pod.spec.containers[0].tty is no boolean']);
		expect(await invalid(pod({ name: undefined }))).toHaveLength(1);
		const open = {
			name: 'w',
			kind: 'Deployment',
			labels: {},
			pod: { containers: [{ name: 'c', image: 'i' }], hostNetwork: true, volumes: [{ name: 'v', hostPath: {} }] },
		};
		expect(breaches(open)).toEqual(
			expect.arrayContaining(['w: hostNetwork', 'w: volume v is a hostPath', 'w/c: can write its root']),
		);
	});
});
