export { eventually } from './eventually.js';
export { asOwner, freshDatabase } from './fresh-database.js';
export { openApplication } from './open-application.js';
export { testConfig, testEnvironment } from './test-config.js';
export { type Behaviour, DEFAULT_BEHAVIOUR } from './mock-upstream/behaviour.js';
export { type CallState, fingerprint, type MockCall } from './mock-upstream/call-log.js';
export { mockStream } from './mock-upstream/generations.js';
export { matches } from './mock-upstream/conformity.js';
export {
	type BehaviourHook,
	type MockRequest,
	type MockUpstream,
	type MockUpstreamOptions,
	startMockUpstream,
} from './mock-upstream/mock-upstream.js';
export { plainAnswer, type RawAnswer, type RawRequest, RawUpstream, streamChunk, streamHead } from './raw-upstream.js';
export { TcpProxy } from './tcp-proxy.js';
export { type RedisWatch, watchRedis } from './watch-redis.js';
export { MailServer, type ReceivedMail, type SmtpFault } from './smtp-server.js';
