// Writes the rules and dashboards below k8s/monitoring.
//   npm run monitoring
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { files } from './files.ts';

const target = resolve(import.meta.dirname, '../../k8s/monitoring');
for (const [name, text] of files()) {
	const path = resolve(target, name);
	mkdirSync(dirname(path), { recursive: true });
	writeFileSync(path, text);
	console.log(path);
}
