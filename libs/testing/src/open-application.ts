import { type INestApplicationContext, Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type Config, ConfigModule } from '#libs/config';
import { DatabaseModule, type DatabaseUser } from '#libs/database';
import { RedisConnection, RedisModule } from '#libs/redis';

@Module({})
class TestModule {}

/** The given feature modules on the real PostgreSQL and Redis, with no server around them. Close it at the end. */
export async function openApplication(
	config: Config,
	modules: readonly Type[],
	user: DatabaseUser = 'app',
): Promise<INestApplicationContext> {
	const imports = [ConfigModule.of(config), DatabaseModule.as(user), RedisModule, ...modules];
	const app = await NestFactory.createApplicationContext(
		{ module: TestModule, imports },
		{ logger: false, abortOnError: false },
	);
	await app.get(RedisConnection).connected(5_000);
	return app;
}
