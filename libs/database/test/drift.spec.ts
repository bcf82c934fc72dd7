import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { INestApplicationContext } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AccessModule } from '#libs/access';
import { AuditModule } from '#libs/audit';
import { ConversationsModule } from '#libs/conversations';
import { ExchangeModule } from '#libs/exchange';
import { IdempotencyModule } from '#libs/idempotency';
import { IdentityModule } from '#libs/identity';
import { JobsModule } from '#libs/jobs';
import { KeysModule } from '#libs/keys';
import { MeteringModule } from '#libs/metering';
import { NotificationsModule } from '#libs/notifications';
import { PromptsModule } from '#libs/prompts';
import { ProvidersModule } from '#libs/providers';
import { asOwner, freshDatabase, openApplication, testConfig } from '#libs/testing';

const modules = [
	AccessModule,
	AuditModule,
	ConversationsModule,
	ExchangeModule,
	IdentityModule,
	KeysModule,
	PromptsModule,
	ProvidersModule,
	MeteringModule,
	JobsModule,
	IdempotencyModule,
	NotificationsModule,
];

let app: INestApplicationContext;
let source: DataSource;

beforeAll(async () => {
	await freshDatabase();
	app = await openApplication(testConfig('api'), modules);
	source = app.get(DataSource);
});
afterAll(async () => app.close());

/** `table.column type nullability`, sorted; of the schema's own tables, not of TypeORM's list of migrations. */
async function columnsOfSchema(): Promise<string[]> {
	const rows = await asOwner<{ line: string }>(
		`SELECT format('%s.%s %s %s', c.relname, a.attname, format_type(a.atttypid, NULL), CASE WHEN a.attnotnull THEN 'not null' ELSE 'null' END) AS line
		FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
		WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relname <> 'migrations'`,
	);
	return rows.map(({ line }) => line).toSorted();
}

function columnsOfEntities(): string[] {
	return source.entityMetadatas
		.flatMap(({ tableName, columns }) =>
			columns.map((column) => {
				const type = source.driver.normalizeType(column) + (column.isArray ? '[]' : '');
				return `${tableName}.${column.databaseName} ${type} ${column.isNullable ? 'null' : 'not null'}`;
			}),
		)
		.toSorted();
}

it('has entities that describe the schema: tables, columns, types and nullability', async () => {
	const [schema, entities] = [await columnsOfSchema(), columnsOfEntities()];
	expect({
		onlyInEntities: entities.filter((line) => !schema.includes(line)),
		onlyInSchema: schema.filter((line) => !entities.includes(line)),
	}).toEqual({ onlyInEntities: [], onlyInSchema: [] });
});
