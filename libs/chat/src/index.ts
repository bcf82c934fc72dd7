export { AnswerReader } from './answer-reader.js';
export { EventLog, type LoggedEvent } from './event-log.js';
export { Fold, folded } from './fold.js';
export { resumePosition } from './resume-position.js';
export type { AnswerEvent, FoldedAnswer, RunEnd, RunError, RunEvent, RunStart } from './run-event.js';
export { SSE_KEEP_ALIVE, sseFrame } from './sse-frames.js';
export { TextCleaner } from './text-cleaner.js';
export { generatedTitle, heuristicTitle } from './title.js';
export { UI_STREAM_END, UI_STREAM_HEADER, UiStream } from './ui-stream.js';
