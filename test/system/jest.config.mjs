import config from '../../jest.config.mjs';

const { displayName: _, ...integration } = config.projects.find(({ displayName }) => displayName === 'integration');

/** The tests of `npm run test:system`: as integration tests, but with programs that npm does not have. */
export default {
	...integration,
	testMatch: ['<rootDir>/test/system/**/*.spec.ts'],
	testPathIgnorePatterns: ['/node_modules/'],
	maxWorkers: 1,
	testTimeout: 60_000,
};
