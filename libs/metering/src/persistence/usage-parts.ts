import { type Cut, cutFor, type DimensionColumn, dimensionColumns, sumColumns } from './usage-cuts.js';
import { MINUTES_KEPT_HOURS } from './usage-rollups.repository.js';

/** How finely a question tells moments apart. `zone`: an IANA name; days, weeks and months are those of the zone. */
export type Step =
	| { readonly unit: 'minute' | 'hour' }
	| { readonly unit: 'day' | 'week' | 'month'; readonly zone: string };

/** In a statement of parts: the organization, the period (`null`: the defaults), and the zone of the step. Others follow. */
export const PARTS_PARAMETERS = 4;
export const zoneOf = (step: Step | undefined): string => (step !== undefined && 'zone' in step ? step.zone : 'UTC');

const measures = `calls, ${sumColumns.join(', ')}, latency, first_token`;
const of = (alias: string, list: string): string => list.replaceAll(/(\w+)/g, `${alias}.$1`);
const cutAt = (unit: string, edge: string): string =>
	`SELECT date_trunc('${unit}', ${edge}, 'UTC') FROM period WHERE ${edge} <> date_trunc('${unit}', ${edge}, 'UTC')`;
/** An hour that is cut counts as a whole where it begins once the ledger has dropped its day. */
const inLedger = (hour: string): string =>
	`to_regclass('public.usage_events_' || to_char(${hour} AT TIME ZONE 'UTC', 'YYYYMMDD')) IS NOT NULL`;
const FINE = `date_trunc('hour', now(), 'UTC') - interval '${MINUTES_KEPT_HOURS - 2} hours'`;

/**
 * The common table expressions `period` (`first`, `last`, the end exclusive) and `parts`: rows whose sums are exactly those
 * of the ledger in the period, each with its `moment`, the asked dimensions and all measures. Whole days, hours and minutes
 * that are summed up come from rollups, what is open or cut by an end or a step from the ledger; one statement sees one
 * snapshot, so this holds at every moment.
 *
 * @param columns all the dimensions that the question names: the fewer, the fewer rows are read
 */
export function partsOf(columns: readonly DimensionColumn[], step: Step | undefined): string {
	const cut = cutFor(columns);
	const names = dimensionColumns.filter((name) => columns.includes(name)).join(', ');
	const list = names === '' ? measures : `${names}, ${measures}`;
	const byDay = step === undefined || ('zone' in step && step.zone === 'UTC');
	return `period AS (
		SELECT coalesce($2::timestamptz, date_trunc('day', coalesce($3::timestamptz, now()) - interval '30 days', 'UTC')) AS first,
			coalesce($3::timestamptz, now()) AS last, $4::text AS zone
	), open_hours AS MATERIALIZED (
		SELECT w.hour FROM usage_open_windows w, period
		WHERE w.organization_id = $1 AND w.hour >= date_trunc('hour', first, 'UTC') AND w.hour < last
		UNION SELECT c.hour FROM (${cutAt('hour', 'first')} UNION ${cutAt('hour', 'last')}${cutBy(step)}) c (hour) WHERE ${inLedger('c.hour')}
	), fine_hours AS MATERIALIZED (SELECT hour FROM open_hours WHERE hour >= ${FINE}
	), open_minutes AS MATERIALIZED (
		SELECT o.minute FROM fine_hours f JOIN usage_open_minutes o
			ON o.organization_id = $1 AND o.minute >= f.hour AND o.minute < f.hour + interval '1 hour'
		UNION SELECT c.minute FROM (${cutAt('minute', 'first')} UNION ${cutAt('minute', 'last')}) c (minute)
		WHERE date_trunc('hour', c.minute, 'UTC') IN (SELECT hour FROM fine_hours)
	), ranges AS (
		SELECT hour AS low, hour + interval '1 hour' AS high FROM open_hours WHERE hour < ${FINE}
		UNION ALL SELECT minute, minute + interval '1 minute' FROM open_minutes
	), open_days AS MATERIALIZED (
		SELECT date_trunc('day', hour, 'UTC') AS day FROM open_hours UNION ${cutAt('day', 'first')} UNION ${cutAt('day', 'last')}
	), parts AS (
		${byDay ? `${daysOf(cut, list)} UNION ALL ` : ''}${hoursOf(cut, list, byDay)}
		UNION ALL
		SELECT m.minute, ${of('m', list)} FROM period, fine_hours f JOIN usage_rollups_minutely m
			ON m.organization_id = $1 AND m.minute >= f.hour AND m.minute < f.hour + interval '1 hour'
		WHERE m.minute >= first AND m.minute < last AND NOT EXISTS (SELECT FROM open_minutes o WHERE o.minute = m.minute)
		UNION ALL
		SELECT e.occurred_at, ${names === '' ? '' : `${of('e', names)}, `}${ofEvent}
		FROM period, ranges, LATERAL usage_events_between($1, greatest(low, first), least(high, last)) e
	)`;
}

const ofEvent = `(e.kind = 'call')::integer::bigint, ${sumColumns
	.map((name) =>
		name === 'duration_ms' ? `CASE WHEN e.kind = 'call' THEN coalesce(e.duration_ms, 0) ELSE 0 END` : `e.${name}`,
	)
	.join(', ')},
	CASE WHEN e.kind = 'call' THEN histogram_of(e.duration_ms) END, CASE WHEN e.kind = 'call' THEN histogram_of(e.first_token_ms) END`;

/** Hours that have to be seen from within: all for minutes, those in which a day of a zone begins. */
function cutBy(step: Step | undefined): string {
	if (step?.unit === 'minute')
		return ` UNION SELECT generate_series(date_trunc('hour', first, 'UTC'), last, interval '1 hour') FROM period`;
	if (step === undefined || !('zone' in step) || step.zone === 'UTC') return '';
	return ` UNION SELECT date_trunc('hour', b, 'UTC') FROM period, generate_series(date_trunc('day', first, zone), last, interval '1 day', zone) b
		WHERE b <> date_trunc('hour', b, 'UTC') AND b > first`;
}

const daysOf = (cut: Cut | undefined, list: string): string => {
	const day = cut === undefined ? 'd.day' : 'd.starts_at';
	return `SELECT ${day} AS moment, ${of('d', list)} FROM period, ${tableOf(cut, 'day')} d
		WHERE d.organization_id = $1${rowsOf(cut, 'd', 'day')} AND ${day} >= first AND ${day} < last
			AND NOT EXISTS (SELECT FROM open_days o WHERE o.day = ${day})`;
};

function hoursOf(cut: Cut | undefined, list: string, byDay: boolean): string {
	const hour = cut === undefined ? 'h.hour' : 'h.starts_at';
	const days = byDay ? `JOIN open_days o ON ${hour} >= o.day AND ${hour} < o.day + interval '1 day'` : '';
	return `SELECT ${hour} AS moment, ${of('h', list)} FROM period CROSS JOIN ${tableOf(cut, 'hour')} h ${days}
		WHERE h.organization_id = $1${rowsOf(cut, 'h', 'hour')} AND ${hour} >= first AND ${hour} < last
			AND NOT EXISTS (SELECT FROM open_hours w WHERE w.hour = ${hour})`;
}

const tableOf = (cut: Cut | undefined, grain: 'hour' | 'day'): string =>
	cut !== undefined ? 'usage_summaries' : grain === 'day' ? 'usage_rollups_daily' : 'usage_rollups_hourly';
const rowsOf = (cut: Cut | undefined, alias: string, grain: string): string =>
	cut === undefined ? '' : ` AND ${alias}.grain = '${grain}' AND ${alias}.cut = '${cut}'`;
