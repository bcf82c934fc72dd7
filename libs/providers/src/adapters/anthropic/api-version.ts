/** The API version that is spoken where nobody names one: every server of this protocol knows it. */
export const DEFAULT_ANTHROPIC_VERSION = '2023-06-01';

/** From this version on, `temperature`, `top_p` and `top_k` are errors. */
const WITHOUT_SAMPLING = '2026-10-21';

/** Versions are dates, so they compare as text. */
export const forbidsSampling = (version: string): boolean => version >= WITHOUT_SAMPLING;
