/**
 * The arguments of a tool call as an object, as Anthropic and Ollama have them. What a model wrote wrongly is kept as text,
 * never a crash.
 */
export function argumentsObject(json: string): Readonly<Record<string, unknown>> {
	try {
		const value: unknown = JSON.parse(json === '' ? '{}' : json);
		return value !== null && typeof value === 'object' && !Array.isArray(value)
			? (value as Record<string, unknown>)
			: { value };
	} catch {
		return { value: json };
	}
}
