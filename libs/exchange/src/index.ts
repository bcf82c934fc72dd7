export { ConversationExport, type ConversationFile } from './conversation-export.js';
export { ExchangeModule } from './exchange.module.js';
export {
	type ExportInput,
	type ExportRecord,
	exportStates,
	isOver,
	KEPT_HOURS,
	MAX_EXPORTS,
	progressOf,
} from './export.js';
export { ExportMaker } from './export-maker.js';
export { type ArchiveForm, archiveForms } from './export/archive-forms.js';
export { type ConversationForm, conversationForms } from './export/conversation-forms.js';
export { type ExportLink, ExportsService } from './exports.service.js';
export { OWN_FORMAT, OWN_VERSION, type OwnConversation, type OwnMessage } from './own-conversation.js';
export { type ImportFormat, importFormats } from './import/imported.js';
export { type ImportRecord, importStates, isImportOver, MAX_IMPORT_BYTES, MAX_IMPORTS } from './import.js';
export { ImportRunner } from './import-runner.js';
export { ImportsService } from './imports.service.js';
