/** Somebody cancelled or removed what is being worked on, or it was begun anew. */
export class Unwanted extends Error {}
