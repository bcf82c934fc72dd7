import { randomUUIDv7 } from 'node:crypto';

/** A new UUIDv7: sorts by time, so that fresh rows lie together in an index. */
export const newId = (): string => randomUUIDv7();

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Lower-case canonical form only: other spellings of an id are not ids. */
export const isUuid = (value: unknown): value is string => typeof value === 'string' && uuid.test(value);
