import type { Dashboard } from '../panel.ts';
import { burns, recordOf, slos } from '../slo.ts';

export const slo: Dashboard = {
	uid: 'parallama-slo',
	title: 'Parallama / Service levels',
	rows: slos.map((each) => ({
		title: `${each.title}: ${each.objective * 100} % over 30 days`,
		panels: [
			{
				title: 'Good over 30 days',
				unit: 'percentunit',
				kind: 'stat',
				queries: [[`1 - ${recordOf(each, '30d')}`, 'good']],
			},
			{
				title: 'Error budget that is left',
				unit: 'percentunit',
				kind: 'stat',
				queries: [[`1 - ${recordOf(each, '30d')} / (1 - ${each.objective})`, 'left']],
			},
			{
				title: 'How fast the budget burns',
				unit: 'short',
				about: `1 uses it up in 30 days; alerts at ${burns.map(({ factor, long }) => `${factor} over ${long}`).join(' and ')}`,
				queries: ['5m', '1h', '1d'].map(
					(window) => [`${recordOf(each, window)} / (1 - ${each.objective})`, window] as const,
				),
			},
		],
	})),
};
