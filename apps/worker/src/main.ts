import { enableCompileCache } from 'node:module';

enableCompileCache();
const { config } = await import('./instrument.js');
const { runWorker } = await import('./run-worker.js');
await runWorker(config);
