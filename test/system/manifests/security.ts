import { type Container, containersOf, type Workload } from './rendered.js';

const VOLUMES = [
	'configMap',
	'downwardAPI',
	'emptyDir',
	'persistentVolumeClaim',
	'projected',
	'secret',
	'csi',
	'ephemeral',
];

/** Where a workload breaks the restricted standard of pod security, or our own rules beyond it. */
export function breaches(workload: Workload): string[] {
	const { pod, name } = workload;
	const found: string[] = [];
	const rule = (isKept: boolean, text: string): void => void (isKept || found.push(`${name}: ${text}`));
	for (const field of ['hostNetwork', 'hostPID', 'hostIPC']) rule(pod[field] !== true, field);
	rule(pod.automountServiceAccountToken === false, 'mounts a token of the cluster');
	rule(pod.securityContext?.['runAsNonRoot'] === true, 'may run as root');
	rule(Number(pod.securityContext?.['runAsUser']) > 0, 'has no numbered user');
	for (const { name: volume, ...kind } of pod.volumes ?? [])
		rule(
			Object.keys(kind).every((type) => VOLUMES.includes(type)),
			`volume ${String(volume)} is a ${Object.keys(kind).join()}`,
		);
	for (const container of containersOf(workload)) found.push(...containerBreaches(container, name));
	return found;
}

function containerBreaches(
	{ name, securityContext = {}, resources, ports = [] }: Container,
	workload: string,
): string[] {
	const { capabilities, seccompProfile } = securityContext as {
		capabilities?: { drop?: string[]; add?: string[] };
		seccompProfile?: { type: string };
	};
	const rules: [boolean, string][] = [
		[securityContext['allowPrivilegeEscalation'] === false, 'may gain privileges'],
		[securityContext['privileged'] !== true, 'is privileged'],
		[securityContext['readOnlyRootFilesystem'] === true, 'can write its root'],
		[securityContext['runAsNonRoot'] === true, 'may run as root'],
		[Number(securityContext['runAsUser']) > 0, 'has no numbered user'],
		[capabilities?.drop?.includes('ALL') === true && capabilities.add === undefined, 'keeps capabilities'],
		[seccompProfile?.type === 'RuntimeDefault', 'has no seccomp profile'],
		[ports.every(({ hostPort }) => hostPort === undefined), 'takes a port of its host'],
		...['cpu', 'memory'].flatMap((unit): [boolean, string][] => [
			[Object.hasOwn(resources?.requests ?? {}, unit), `requests no ${unit}`],
			[Object.hasOwn(resources?.limits ?? {}, unit), `has no limit of ${unit}`],
		]),
	];
	return rules.filter(([isKept]) => !isKept).map(([, text]) => `${workload}/${name}: ${text}`);
}
