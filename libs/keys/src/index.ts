export { KeyAuthenticator } from './key-authenticator.js';
export { generateKey, type KeyParts, type NewKey, parseKey } from './key-format.js';
export { KeysModule } from './keys.module.js';
export { hashSecret, isSecret, type SecretHash } from './secret-hash.js';
