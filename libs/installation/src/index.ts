export { bootstrap, type BootstrapOptions, type BootstrapResult } from './bootstrap.js';
export { generateSecrets, generateSigningKey, type GeneratedSecrets } from './generate-secrets.js';
export { reencrypt, type ReencryptedColumn } from './reencrypt.js';
