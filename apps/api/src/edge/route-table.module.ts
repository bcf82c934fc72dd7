import { type DynamicModule, Module } from '@nestjs/common';
import { RouteTable } from './route-table.js';

/** The table that the HTTP server fills, for those who read it. */
@Module({})
export class RouteTableModule {
	static of(routes: RouteTable): DynamicModule {
		const providers = [{ provide: RouteTable, useValue: routes }];
		return { module: RouteTableModule, global: true, providers, exports: providers };
	}
}
