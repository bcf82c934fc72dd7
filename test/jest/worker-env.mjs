// Before each integration test file: this jest worker gets database names and Redis databases that nobody else uses.
const { TEST_OWNER_URL, TEST_REDIS_URL, TEST_SLOT, JEST_WORKER_ID } = process.env;
if (!TEST_OWNER_URL || !TEST_REDIS_URL) throw new Error('the global setup of the integration tests has not run');

const worker = Number(JEST_WORKER_ID ?? 1);
const slot = Number(TEST_SLOT ?? 0);
if (worker > 15) throw new Error('at most 15 jest workers: each has one of 16 Redis databases');
const database = slot === 0 ? `test_w${worker}` : `test_s${slot}_w${worker}`;
const as = (user, password) => {
	const url = new URL(TEST_OWNER_URL);
	if (user) Object.assign(url, { username: user, password });
	return Object.assign(url, { pathname: `/${database}` }).href;
};

Object.assign(process.env, {
	TEST_DATABASE: database,
	DATABASE_MIGRATION_URL: as(),
	DATABASE_URL: as('test_app', 'test'),
	DATABASE_WORKER_URL: as('test_worker', 'test'),
	REDIS_URL: `${TEST_REDIS_URL}/${slot * 16 + worker}`,
	LOG_LEVEL: 'silent',
	NODE_ENV: 'test',
});
