export { type Answer, checkedKey, fingerprintOf, type IdempotentRequest } from './idempotency.js';
export { IdempotencyModule } from './idempotency.module.js';
export { Idempotency, type IdempotentAnswer } from './idempotency.service.js';
export { sealedAnswers } from './sealed-answers.js';
