export { bootstrap, type BootstrapOptions, type BootstrapResult } from './bootstrap.js';
export { examine } from './doctor/doctor.js';
export type { Finding } from './doctor/finding.js';
export { ensureLogins } from './database-logins.js';
export { generateSecrets, generateSigningKey, type GeneratedSecrets } from './generate-secrets.js';
export { reencrypt, type ReencryptedColumn } from './reencrypt.js';
export { secretFiles, type StoreHosts } from './secret-files.js';
