import { alerts, runbookOf } from './alerts.ts';
import { recordOf, slos, windows } from './slo.ts';

/** Where people read this repository, for links that lead there from a mail; without it they are paths in the repository. */
const REPOSITORY = process.env['RUNBOOK_BASE_URL'] ?? '';

/** Groups of rules as Prometheus reads them; `kubernetes` wraps the same for the operator. */
export function rules(): { groups: object[] } {
	return {
		groups: [
			{
				name: 'parallama-slo',
				interval: '30s',
				rules: slos.flatMap((slo) =>
					windows.map((window) => ({
						record: recordOf(slo, window),
						expr: `(${slo.bad(window)} or 0 * ${slo.all(window)}) / ${slo.all(window)}`,
					})),
				),
			},
			{
				name: 'parallama-alerts',
				rules: alerts.map((alert) => ({
					alert: alert.name,
					expr: alert.expr,
					for: alert.for,
					labels: { severity: alert.severity },
					annotations: {
						summary: alert.summary,
						description: alert.description,
						runbook_url: `${REPOSITORY}docs/runbooks/${runbookOf(alert)}.md`,
					},
				})),
			},
		],
	};
}

export const kubernetesRules = (): object => ({
	apiVersion: 'monitoring.coreos.com/v1',
	kind: 'PrometheusRule',
	metadata: {
		name: 'parallama',
		labels: { 'app.kubernetes.io/name': 'parallama', 'app.kubernetes.io/part-of': 'parallama' },
	},
	spec: rules(),
});
