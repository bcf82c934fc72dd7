export { type LogDestination, Logs, type LogSettings } from './logs.js';
export { type ManagementAddress, ManagementServer } from './management-server.js';
export { Metrics } from './metrics.js';
export { NestPinoLogger } from './nest-pino-logger.js';
export { type CheckResult, type Phase, Readiness, type ReadinessReport } from './readiness.js';
export { REDACTED, scrubText, scrubValue } from './scrub.js';
export { type BugContext, captureBug, flushSentry, initSentry, type SentrySettings } from './sentry.js';
export { type Telemetry, TelemetryModule } from './telemetry.module.js';
export { VERSION } from './version.js';
