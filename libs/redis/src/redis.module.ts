import { Global, Module } from '@nestjs/common';
import { RedisBreaker } from './breaker.js';
import { Epochs } from './epochs.js';
import { Invalidations } from './invalidations.js';
import { RateLimiter } from './rate-limiter.js';
import { RedisConnection } from './redis-connection.js';
import { ScriptLine } from './script-line.js';
import { ServerClock } from './server-clock.js';

const services = [RedisConnection, RedisBreaker, Epochs, Invalidations, RateLimiter, ScriptLine, ServerClock];

@Global()
@Module({ providers: services, exports: services })
export class RedisModule {}
