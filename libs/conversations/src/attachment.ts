export type AttachmentKind = 'image' | 'text' | 'pdf';

/** `reading`: the text of it is not there yet. */
export type AttachmentState = 'reading' | 'ready' | 'failed';
