/** Frozen: what a migration wrote must not change. */

interface SeededVariable {
	readonly name: string;
	readonly type: 'text' | 'number' | 'choice';
	readonly description: string;
	readonly default?: string | number;
	readonly choices?: readonly string[];
}

interface SeededPrompt {
	readonly name: string;
	readonly description: string;
	readonly template: string;
	readonly variables: readonly SeededVariable[];
}

const text = (name: string, description: string): SeededVariable => ({ name, type: 'text', description });
const choice = (name: string, description: string, ...choices: [string, ...string[]]): SeededVariable => ({
	name,
	type: 'choice',
	description,
	choices,
	default: choices[0],
});
const number = (name: string, description: string, value: number): SeededVariable => ({
	name,
	type: 'number',
	description,
	default: value,
});

/** Prompts that come with the installation. */
export const seededPrompts: readonly SeededPrompt[] = [
	{
		name: 'Summarize',
		description: 'The gist of a text in a few points',
		template:
			'Summarize the text below in at most {{points}} bullet points. Keep names, numbers and dates exact. Say nothing that is not in it.\n\n{{text}}',
		variables: [number('points', 'How many points at most', 5), text('text', 'What to summarize')],
	},
	{
		name: 'Translate',
		description: 'Into another language, with tone and layout kept',
		template:
			'Translate the text below into {{language}}. Keep tone, layout, names and code as they are. Answer with the translation only.\n\n{{text}}',
		variables: [{ ...text('language', 'Into which language'), default: 'English' }, text('text', 'What to translate')],
	},
	{
		name: 'Proofread',
		description: 'Spelling and grammar, without another style',
		template:
			'Correct spelling, grammar and punctuation of the text below without changing its style or meaning. Answer with the corrected text, then list what you changed.\n\n{{text}}',
		variables: [text('text', 'What to correct')],
	},
	{
		name: 'Rewrite',
		description: 'The same in another tone',
		template: 'Rewrite the text below so that it sounds {{tone}}. Keep every fact.\n\n{{text}}',
		variables: [
			choice('tone', 'How it should sound', 'clear and plain', 'formal', 'friendly', 'short and direct'),
			text('text', 'What to rewrite'),
		],
	},
	{
		name: 'Reply to an e-mail',
		description: 'A draft that says what you want to say',
		template:
			'Write a {{tone}} reply to the e-mail below. It must say: {{message}}. Answer with the reply only, without a subject.\n\nE-mail:\n{{email}}',
		variables: [
			choice('tone', 'How it should sound', 'polite', 'warm', 'firm'),
			text('message', 'What the reply must say'),
			text('email', 'The e-mail to reply to'),
		],
	},
	{
		name: 'Minutes of a meeting',
		description: 'Decisions, tasks and open questions out of notes',
		template:
			'From the notes below make minutes with three sections: Decisions, Tasks (who, what, until when) and Open questions. Write "none" where there is nothing. Invent nobody and nothing.\n\n{{notes}}',
		variables: [text('notes', 'Notes or a transcript')],
	},
	{
		name: 'Explain simply',
		description: 'A subject for a certain reader',
		template:
			'Explain {{subject}} to {{reader}}. Begin with one sentence that says what it is, then give an example, then say where the simple picture stops being true.',
		variables: [
			text('subject', 'What to explain'),
			{ ...text('reader', 'To whom'), default: 'somebody who hears of it for the first time' },
		],
	},
	{
		name: 'Review code',
		description: 'Mistakes first, then what could be simpler',
		template:
			'Review this {{language}} code. List real mistakes first (wrong results, races, leaks, security), each with the line and a fix; then what could be simpler. Do not praise, do not restate the code.\n\n```\n{{code}}\n```',
		variables: [{ ...text('language', 'The language of the code'), default: 'source' }, text('code', 'The code')],
	},
	{
		name: 'Explain code',
		description: 'What a piece of code does, and why',
		template:
			'Explain what the code below does: its purpose in one sentence, then its steps, then what a reader could overlook.\n\n```\n{{code}}\n```',
		variables: [text('code', 'The code')],
	},
	{
		name: 'Write tests',
		description: 'Cases that would find mistakes',
		template:
			'Write tests for the code below with {{framework}}. Cover the ordinary case, the edges (empty, one, many, largest) and each way it can fail. Do not test private details.\n\n```\n{{code}}\n```',
		variables: [text('framework', 'The test framework'), text('code', 'The code')],
	},
	{
		name: 'Find the cause of an error',
		description: 'From a message and a stack to what to try',
		template:
			'Find the likely causes of the error below, the likeliest first. For each say how to check it and how to fix it.\n\nError:\n{{error}}\n\nWhat I did:\n{{context}}',
		variables: [text('error', 'Message and stack'), { ...text('context', 'What led to it'), default: 'not known' }],
	},
	{
		name: 'Write SQL',
		description: 'A query from a question and a schema',
		template:
			'Write one {{dialect}} query that answers the question. Use only tables and columns of the schema; if it cannot be answered from them, say what is missing.\n\nSchema:\n{{schema}}\n\nQuestion: {{question}}',
		variables: [
			choice('dialect', 'Which database', 'PostgreSQL', 'MySQL', 'SQLite', 'SQL Server'),
			text('schema', 'Tables and columns'),
			text('question', 'What to find out'),
		],
	},
	{
		name: 'Extract as JSON',
		description: 'Fields out of a text, for a program',
		template:
			'From the text below extract these fields: {{fields}}. Answer with one JSON object with exactly these keys and nothing else; use null for what is not in the text.\n\n{{text}}',
		variables: [text('fields', 'Names of the fields, with commas between'), text('text', 'The text')],
	},
	{
		name: 'Weigh a decision',
		description: 'For, against, and what would change the answer',
		template:
			'I have to decide: {{decision}}. The choices are: {{options}}. For each give what speaks for it, what against it, and the risk that is easily overlooked. Then recommend one, and say what new fact would change the recommendation.',
		variables: [text('decision', 'What is to be decided'), text('options', 'The choices')],
	},
	{
		name: 'Collect ideas',
		description: 'Many different ones, not ten times the same',
		template:
			'Give {{count}} ideas for: {{goal}}. Make them really different from each other, from obvious to unusual, one line each. Mind these limits: {{limits}}.',
		variables: [
			number('count', 'How many', 10),
			text('goal', 'What the ideas are for'),
			{ ...text('limits', 'What must be respected'), default: 'none' },
		],
	},
];
