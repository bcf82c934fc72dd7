// What people ask, by name.
const DAY_MS = 86_400_000;

export function questions(analytics, scope) {
	const since = (days, filter = {}) => ({ from: new Date(Date.now() - days * DAY_MS), filter });
	const series =
		(days, step, zone = 'UTC') =>
		() =>
			analytics.series(scope, { ...since(days), step, zone });
	const most =
		(days, by, filter, orderBy = 'cost') =>
		() =>
			analytics.breakdown(scope, { ...since(days, filter), by, orderBy, limit: 20 });
	return {
		'totals, 30 days and before': () => analytics.totals(scope, since(30)),
		'totals, 45 days and before': () => analytics.totals(scope, since(45)),
		'by hour, 7 days': series(7, 'hour'),
		'by day, 90 days': series(90, 'day'),
		'by day of Berlin, 90 days': series(90, 'day', 'Europe/Berlin'),
		'top models, 90 days': most(90, ['model']),
		'top keys, 90 days': most(90, ['key']),
		'model and status, 90 days': most(90, ['model', 'status'], {}, 'calls'),
		'models of one user, 90 days': most(90, ['model'], { user: '00000000-0000-7000-8002-0000000003e9' }),
		'errors, 90 days': most(90, ['error'], {}, 'calls'),
		'percentiles by model, 30 days': () => analytics.latency(scope, { ...since(30), by: 'model', limit: 50 }),
		'this month and its forecast': () => analytics.forecast(scope, { zone: 'UTC', filter: {} }),
	};
}
