export { KeyAuthenticator } from './key-authenticator.js';
export { KeyDenials } from './key-denials.js';
export { KeyDenied, keyRefusal } from './key-denied.js';
export { generateKey, type KeyParts, type NewKey, parseKey } from './key-format.js';
export type { IssuedKey, NewKeyInput } from './key-issue.js';
export { KeysModule } from './keys.module.js';
export { KeysService } from './keys.service.js';
export type { ApiKey } from './persistence/key.repository.js';
export { hashSecret, isSecret, type SecretHash } from './secret-hash.js';
