/** The bytes of a llama model with random weights, the same every time. */
export function noiseModel(): Buffer;
