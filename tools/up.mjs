// One command from a fresh clone to a running product: npm run up [-- --json]
// Only Node's own modules until the packages are installed. This file must parse on any Node, to say which one is needed.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
	console.error(`Parallama needs Node 20.19 or newer; this is ${process.version}.`);
	console.error('  what to do: install a current Node (https://nodejs.org, or nvm install 24) and start again');
	process.exitCode = 1;
} else void import('./up/main.mjs').then(({ main }) => main(process.argv.slice(2)));
