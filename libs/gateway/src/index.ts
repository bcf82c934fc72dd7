export {
	DEFAULT_JSON_LIMITS,
	foldedKeys,
	type JsonLimits,
	refuseLookalikes,
	scanJson,
	type ScannedJson,
	type Span,
} from './json/scan-json.js';
