export {
	AppError,
	type AppErrorOptions,
	type Fault,
	faults,
	type FieldProblem,
	missing,
	type Quota,
} from './app-error.js';
export { Clock } from './clock.js';
export { type ErrorClass, errorClasses, errorClassOf } from './error-class.js';
export { isUuid, newId } from './ids.js';
export { type Page, type PageRequest, pageOf } from './paging.js';
export { type Listed, Roster } from './roster.js';
export {
	type Actor,
	type ModelAccess,
	type Origin,
	type Scope,
	SYSTEM_ORGANIZATION_ID,
	systemScope,
	userIdOf,
} from './scope.js';
export type { SealedColumn } from './sealed-column.js';
export { type NamedSecret, Sealer } from './sealer.js';
export { storableJson, storableText } from './text.js';
