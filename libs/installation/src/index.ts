export { bootstrap, type BootstrapOptions, type BootstrapResult } from './bootstrap.js';
export { generateSecrets, type GeneratedSecrets } from './generate-secrets.js';
