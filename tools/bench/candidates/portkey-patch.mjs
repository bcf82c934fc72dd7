// @portkey-ai/gateway 1.15.2 answers every stream with 500 "Something went wrong" (their issue 1389): it appends its own
// headers to those of the fetched response, which are immutable. This copies the headers, where the stream's response is made,
// in the text of the module as it is loaded; nothing else is changed. Loaded by --import.
import { registerHooks } from 'node:module';

const DEFECT = '}):new Response(p,e)}';
const REPAIR = '}):new Response(p,{status:e.status,statusText:e.statusText,headers:new Headers(e.headers)})}';

registerHooks({
	load(url, context, nextLoad) {
		const loaded = nextLoad(url, context);
		if (!url.includes('@portkey-ai/gateway/build/start-server.js')) return loaded;
		const source = Buffer.from(loaded.source).toString();
		if (source.split(DEFECT).length !== 2) throw new Error('the text to repair is not there once: another version?');
		return { ...loaded, source: source.replace(DEFECT, () => REPAIR) };
	},
});
