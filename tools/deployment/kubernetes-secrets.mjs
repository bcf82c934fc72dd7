// Prints the Secrets of an installation, made of the files of `parallama secrets generate --directory`:
//   node tools/deployment/kubernetes-secrets.mjs FOLDER | kubectl apply -n NAMESPACE -f -
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder] = process.argv.slice(2);
const template = readFileSync(join(import.meta.dirname, '../../k8s/secrets.template.yaml'), 'utf8');
if (folder === undefined) {
	process.stderr.write('usage: node tools/deployment/kubernetes-secrets.mjs FOLDER\n');
	process.exit(2);
}
// A JSON text is a YAML scalar, whatever is in it.
const filled = template.replaceAll(/"\{\{ (\w+) \}\}"/g, (_, name) =>
	JSON.stringify(readFileSync(join(folder, name), 'utf8')),
);
process.stdout.write(filled);
