import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

function findVersion(folder: string): string {
	const file = join(folder, 'package.json');
	if (existsSync(file)) {
		const { name, version } = JSON.parse(readFileSync(file, 'utf8')) as { name?: string; version?: string };
		if (name === 'parallama' && version !== undefined) return version;
	}
	return dirname(folder) === folder ? '0.0.0' : findVersion(dirname(folder));
}

/** Of this build, from package.json (which lies above both the sources and dist). */
export const VERSION = findVersion(import.meta.dirname);
