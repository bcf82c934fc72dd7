export { type AccessClaims, accessClaims } from './access-claims.js';
export { IdentityModule } from './identity.module.js';
export { PasswordHasher } from './password-hasher.js';
export { normalizedPassword, PASSWORD_MAX, PASSWORD_MIN, passwordProblems } from './password-rules.js';
export { SessionAuthenticator } from './session-authenticator.js';
export { SigningKeys } from './signing-keys.js';
