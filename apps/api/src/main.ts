import { enableCompileCache } from 'node:module';

enableCompileCache();
const { config } = await import('./instrument.js');
const { runApi } = await import('./run-api.js');
await runApi(config);
