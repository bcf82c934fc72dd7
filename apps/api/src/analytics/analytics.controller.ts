import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Scope } from '#libs/kernel';
import { AnalyticsService } from '#libs/metering';
import { CurrentScope, Requires } from '../edge/access.decorators.js';
import { Responds } from '../edge/responds.decorator.js';
import {
	Breakdown,
	BreakdownQuery,
	Forecast,
	ForecastQuery,
	Latency,
	LatencyQuery,
	Series,
	SeriesQuery,
	Totals,
	TotalsQuery,
} from './analytics.schemas.js';

/** Everybody's usage with usage:read, else the caller's own. */
@ApiTags('Analytics')
@Controller('api/v1/analytics')
export class AnalyticsController {
	constructor(private readonly analytics: AnalyticsService) {}

	@Get('totals')
	@Requires('usage:read_own')
	@Responds(200, Totals, 'Sums of a period, and of the period of equal length before')
	totals(@CurrentScope() scope: Scope, @Query({ schema: TotalsQuery }) query: TotalsQuery) {
		return this.analytics.totals(scope, query);
	}

	@Get('series')
	@Requires('usage:read_own')
	@Responds(200, Series, 'Sums by minute, hour, day, week or month; also of those in which nothing happened')
	series(@CurrentScope() scope: Scope, @Query({ schema: SeriesQuery }) query: SeriesQuery) {
		return this.analytics.series(scope, query);
	}

	@Get('breakdown')
	@Requires('usage:read_own')
	@Responds(200, Breakdown, 'The groups with the most, by one or two dimensions')
	breakdown(@CurrentScope() scope: Scope, @Query({ schema: BreakdownQuery }) query: BreakdownQuery) {
		return this.analytics.breakdown(scope, query);
	}

	@Get('latency')
	@Requires('usage:read_own')
	@Responds(
		200,
		Latency,
		'Percentiles of the duration and of the time to the first token; at most 4.5 % from the exact ones',
	)
	latency(@CurrentScope() scope: Scope, @Query({ schema: LatencyQuery }) query: LatencyQuery) {
		return this.analytics.latency(scope, query);
	}

	@Get('forecast')
	@Requires('usage:read_own')
	@Responds(200, Forecast, 'What this month has cost, and will have if it goes on like the last seven days')
	forecast(@CurrentScope() scope: Scope, @Query({ schema: ForecastQuery }) query: ForecastQuery) {
		return this.analytics.forecast(scope, query);
	}
}
