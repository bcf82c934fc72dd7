import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';

export const ROOT = join(import.meta.dirname, '../../..');
export const overlays = ['dev', 'staging', 'prod'] as const;

export interface Probe {
	readonly httpGet?: { readonly path: string; readonly port: string };
	readonly periodSeconds?: number;
	readonly failureThreshold?: number;
}

export interface Container {
	readonly name: string;
	readonly image: string;
	readonly args?: readonly string[];
	readonly ports?: readonly { name: string; containerPort: number; hostPort?: number }[];
	readonly env?: readonly { name: string; value: string }[];
	readonly envFrom?: readonly { configMapRef: { name: string } }[];
	readonly volumeMounts?: readonly { name: string; mountPath: string }[];
	readonly resources?: { readonly requests?: object; readonly limits?: object };
	readonly securityContext?: Record<string, unknown>;
	readonly livenessProbe?: Probe;
	readonly readinessProbe?: Probe;
}

export interface PodSpec {
	readonly containers: readonly Container[];
	readonly initContainers?: readonly Container[];
	readonly volumes?: readonly Record<string, unknown>[];
	readonly securityContext?: Record<string, unknown>;
	readonly automountServiceAccountToken?: boolean;
	readonly serviceAccountName?: string;
	readonly terminationGracePeriodSeconds?: number;
	readonly [name: string]: unknown;
}

interface Selector {
	readonly matchLabels?: Readonly<Record<string, string>>;
	readonly matchExpressions?: readonly { key: string; operator: string; values: readonly string[] }[];
}

interface Port {
	readonly name: string;
	readonly port: number | string;
	readonly targetPort: string;
}

interface Rule {
	readonly to?: readonly object[];
	readonly ports: readonly Port[];
}

/** What this reads of the specs of all kinds; each has its own of it. */
export interface Spec {
	readonly template: { readonly metadata: { readonly labels: Record<string, string> }; readonly spec: PodSpec };
	/** of a Service: the labels themselves */
	readonly selector: Selector;
	readonly podSelector: Selector;
	readonly ports: readonly Port[];
	readonly ingress?: readonly Rule[];
	readonly egress?: readonly Rule[];
	readonly endpoints: readonly { readonly port: string }[];
	readonly tls: readonly { readonly hosts: readonly string[] }[];
	readonly rules: readonly {
		readonly host: string;
		readonly http: {
			readonly paths: readonly { readonly backend: { readonly service: { name: string; port: { name: string } } } }[];
		};
	}[];
}

export interface Resource {
	readonly apiVersion: string;
	readonly kind: string;
	readonly metadata: { name: string; namespace?: string; labels?: Record<string, string> };
	readonly spec: Spec;
	readonly data?: Record<string, string>;
	readonly stringData?: Record<string, string>;
}

export const resourcesOf = (yaml: string): Resource[] =>
	parseAllDocuments(yaml).map((document) => document.toJS() as Resource);

/** What `kubectl apply -k` would send. @throws Error where kubectl is missing or refuses */
export function render(overlay: string): Resource[] {
	const { status, stdout, stderr, error } = spawnSync('kubectl', ['kustomize', `k8s/overlays/${overlay}`], {
		cwd: ROOT,
		encoding: 'utf8',
		maxBuffer: 1 << 24,
	});
	if (error) throw new Error(`kubectl (1.27 or newer) is needed: ${error.message}`);
	if (status !== 0) throw new Error(stderr);
	return resourcesOf(stdout);
}

export interface Workload {
	readonly name: string;
	readonly kind: string;
	readonly labels: Readonly<Record<string, string>>;
	readonly pod: PodSpec;
}

/** Everything that makes pods. */
export const workloadsOf = (resources: readonly Resource[]): Workload[] =>
	resources
		.filter(({ kind }) => ['Deployment', 'StatefulSet', 'DaemonSet', 'Job'].includes(kind))
		.map(({ kind, metadata, spec }) => ({
			kind,
			name: metadata.name,
			labels: spec.template.metadata.labels,
			pod: spec.template.spec,
		}));

export const containersOf = ({ pod }: Workload): Container[] => [...(pod.initContainers ?? []), ...pod.containers];

/** As Kubernetes selects; of the operators those that we use. */
export function selects(
	{ matchLabels = {}, matchExpressions = [] }: Selector,
	labels: Record<string, string>,
): boolean {
	const byLabels = Object.entries(matchLabels).every(([key, value]) => labels[key] === value);
	return byLabels && matchExpressions.every(({ key, values }) => values.includes(labels[key] ?? ''));
}
