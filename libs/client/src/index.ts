export { type Client, createParallamaClient } from './client.js';
export type { components, operations, paths } from './schema.d.ts';
