export { dataSourceOptions } from './data-source.js';
export { databaseIsReady, PowerfulRoleError } from './database-is-ready.js';
export { DatabaseModule, type DatabaseUser } from './database.module.js';
export { definerNames } from './migrations/definer-names.js';
export { migrate, type MigrationStatus, migrationStatus } from './migrator.js';
export { refusePowerfulRole } from './role-check.js';
export { type TenantScope, Transaction, UnitOfWork } from './unit-of-work.js';
export { violatedUnique } from './unique-violation.js';
export { withConnection } from './with-connection.js';
