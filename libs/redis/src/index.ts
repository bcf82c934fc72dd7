export { answered } from './answered.js';
export { RedisBreaker } from './breaker.js';
export { epochField, Epochs, organizationKey } from './epochs.js';
export { Invalidations } from './invalidations.js';
export { API_TIMEOUT_MS, COMMAND_TIMEOUT_MS, RedisConnection } from './redis-connection.js';
export { type Pingable, RedisHealthIndicator } from './redis.health.js';
export { RedisModule } from './redis.module.js';
export { Script } from './script.js';
export { ServerClock } from './server-clock.js';
