import { readFileSync } from 'node:fs';

const swc = JSON.parse(readFileSync(new URL('.swcrc', import.meta.url), 'utf8'));
delete swc.exclude; // .swcrc keeps specs out of the build; jest must compile them
delete swc.$schema;

const base = {
	rootDir: import.meta.dirname,
	testEnvironment: 'node',
	// "development" makes '#libs/*' resolve to the sources. Never add 'import' here: it breaks jest's own CommonJS dependencies.
	testEnvironmentOptions: { customExportConditions: ['development', 'node', 'node-addons'] },
	extensionsToTreatAsEsm: ['.ts'],
	moduleFileExtensions: ['ts', 'js', 'mjs', 'json', 'node'],
	moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' }, // './x.js' in a .ts source means './x.ts'
	transform: { '^.+\\.ts$': ['@swc/jest', { ...swc, swcrc: false, sourceMaps: 'inline' }] },
	modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/tools/bench/node_modules/', '<rootDir>/.parallama/'],
};

export default {
	projects: [
		{ ...base, displayName: 'unit', testMatch: ['<rootDir>/{apps,libs}/*/src/**/*.spec.ts'] },
		{
			...base,
			displayName: 'integration',
			testMatch: ['<rootDir>/{apps,libs}/*/test/**/*.spec.ts', '<rootDir>/test/**/*.spec.ts'],
			testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/system/'], // npm run test:system
			globalSetup: '<rootDir>/test/jest/global-setup.mjs',
			globalTeardown: '<rootDir>/test/jest/global-teardown.mjs',
			setupFiles: ['<rootDir>/test/jest/worker-env.mjs'],
		},
	],
	maxWorkers: 2,
	workerIdleMemoryLimit: '1GB', // modules of finished files stay in a worker's memory: without this it ends up collecting garbage
	testTimeout: 30_000,
};
