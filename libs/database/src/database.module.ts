import { type DynamicModule, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Config } from '#libs/config';
import { dataSourceOptions } from './data-source.js';
import { UnitOfWork } from './unit-of-work.js';

export type DatabaseUser = 'app' | 'worker' | 'owner';

const urlOf: Readonly<Record<DatabaseUser, (config: Config) => string | undefined>> = {
	app: ({ database }) => database.DATABASE_URL,
	worker: ({ database }) => database.DATABASE_WORKER_URL,
	owner: ({ database }) => database.DATABASE_MIGRATION_URL,
};

/** The pool of this process, as one of the three database users. Entities come from the features (`autoLoadEntities`). */
@Module({})
export class DatabaseModule {
	static as(user: DatabaseUser): DynamicModule {
		return {
			module: DatabaseModule,
			global: true,
			imports: [
				TypeOrmModule.forRootAsync({
					inject: [Config],
					useFactory: (config: Config) => ({
						...dataSourceOptions({
							url: urlOf[user](config) ?? '',
							poolSize: config.database.DATABASE_POOL_SIZE,
							applicationName: `parallama-${config.process}`,
						}),
						autoLoadEntities: true,
						retryAttempts: 0,
					}),
				}),
			],
			providers: [UnitOfWork],
			exports: [UnitOfWork, TypeOrmModule],
		};
	}
}
