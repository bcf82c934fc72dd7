export { demand, isPermission, type Permission, permissions } from './permissions.js';
export { type Principal, scopeOf } from './principal.js';
export { PrincipalCache, type ProvenPrincipal } from './principal-cache.js';
