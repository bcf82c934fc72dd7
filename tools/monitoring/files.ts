import { stringify } from 'yaml';
import { dashboards } from './dashboards/index.ts';
import { modelOf } from './grafana.ts';
import { kubernetesRules, rules } from './rules.ts';

const MADE = '# Made by `npm run monitoring` from tools/monitoring: do not edit.\n';
const yaml = (value: object): string => MADE + stringify(value, { lineWidth: 0 });

/** Everything that is made, by its path below k8s/monitoring. */
export const files = (): ReadonlyMap<string, string> =>
	new Map([
		['rules/parallama.rules.yaml', yaml(rules())],
		['prometheus-rule.yaml', yaml(kubernetesRules())],
		...dashboards.map(
			(dashboard) =>
				[`dashboards/${dashboard.uid}.json`, `${JSON.stringify(modelOf(dashboard), undefined, 2)}\n`] as const,
		),
	]);
