import { DashboardBuilder, DatasourceVariableBuilder, RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { VizLegendOptionsBuilder } from '@grafana/grafana-foundation-sdk/common';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as TimeseriesBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import type { Dashboard, Panel } from './panel.ts';

const DATASOURCE = { type: 'prometheus', uid: '${datasource}' };
const HEIGHT = 8;
/** Of 24 columns. */
const SPAN = { stat: 6, timeseries: 8 };

/** The model that Grafana imports. */
export function modelOf({ uid, title, rows }: Dashboard): object {
	const dashboard = new DashboardBuilder(title)
		.uid(uid)
		.tags(['parallama'])
		.refresh('30s')
		.time({ from: 'now-3h', to: 'now' })
		.timezone('browser')
		.editable()
		.withVariable(new DatasourceVariableBuilder('datasource').label('Prometheus').type('prometheus'));
	for (const row of rows) {
		dashboard.withRow(new RowBuilder(row.title));
		for (const panel of row.panels) dashboard.withPanel(panelOf(panel));
	}
	return dashboard.build();
}

function panelOf({ title, unit, kind, about, queries }: Panel): StatBuilder | TimeseriesBuilder {
	const panel =
		kind === 'stat'
			? new StatBuilder()
			: new TimeseriesBuilder().legend(new VizLegendOptionsBuilder().showLegend(true).calcs(['lastNotNull', 'max']));
	panel
		.title(title)
		.unit(unit)
		.datasource(DATASOURCE)
		.height(HEIGHT)
		.span(SPAN[kind ?? 'timeseries'])
		.min(0);
	if (about !== undefined) panel.description(about);
	for (const [at, [expr, legend]] of queries.entries())
		panel.withTarget(
			new DataqueryBuilder()
				.expr(expr)
				.legendFormat(legend)
				.refId(String.fromCodePoint(65 + at)),
		);
	return panel;
}
