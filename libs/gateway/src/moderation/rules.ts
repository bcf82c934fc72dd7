/** What a text can be about, by OpenAI's names. */
export const moderationCategories = [
	'harassment',
	'harassment/threatening',
	'hate',
	'hate/threatening',
	'illicit',
	'illicit/violent',
	'self-harm',
	'self-harm/intent',
	'self-harm/instructions',
	'sexual',
	'sexual/minors',
	'violence',
	'violence/graphic',
] as const;
export type ModerationCategory = (typeof moderationCategories)[number];

/** A pattern of lower-case English, and how sure its mere occurrence makes us, from 0 to 1. */
export interface ModerationRule {
	readonly category: ModerationCategory;
	readonly pattern: RegExp;
	readonly weight: number;
}

// Every quantifier is bounded, so that no text makes a search slow.
const UP_TO_THREE_WORDS = String.raw`(?:\W{1,4}\w{1,20}){0,3}\W{1,4}`;
const YOU = '(?:you|u|ya|him|her|them|your family|your kids|your mother)';
const PERSON =
	'(?:the|a|my|this|that) (?:man|woman|guards?|boss|neighbou?rs?|teachers?|police|people|kids?|children|crowd)';
const GROUP =
	'(?:jews?|muslims?|christians?|hindus?|blacks?|whites?|asians?|arabs?|immigrants?|refugees?|foreigners|gypsies|gays?|lesbians|trans people|transgender people|women|disabled people)';
const HARM = '(?:kill|murder|shoot|stab|strangle|burn|beat|hurt|lynch|slaughter|behead)';
const LOW = '(?:vermin|subhumans?|animals|parasites|cockroaches|scum|filth|trash|inferior|savages)';
const WEAPON =
	'(?:(?<!bath )bombs?|explosives?|pipe bombs?|molotov cocktails?|grenades?|nerve gas|sarin|ricin|ghost guns?|silencers?)';
const DRUG = '(?:meth|methamphetamine|cocaine|heroin|fentanyl|mdma|lsd|ghb)';
const MINOR =
	'(?:child|children|minors?|underage|preteens?|toddlers?|schoolgirls?|schoolboys?|(?:1[0-7]|[4-9])[ -]?year[ -]?old)';
const SEX =
	'(?:sex|sexual|sexually|nude|nudes|naked|porn|pornography|erotic|erotica|orgasm|blowjob|masturbate|masturbating)';
const HOW =
	'(?:how (?:to|do i|can i|would i)|steps? to|instructions? (?:for|to|on)|recipe (?:for|to)|guide (?:to|for|on)|best way to|ways to)';
const SELF = '(?:myself|my own life|my life)';

const rule = (category: ModerationCategory, weight: number, ...parts: readonly string[]): ModerationRule => ({
	category,
	weight,
	pattern: new RegExp(String.raw`\b${parts.join(UP_TO_THREE_WORDS)}\b`),
});

/** Small on purpose, and honest: words in a certain nearness, without any understanding of what is meant. */
export const moderationRules: readonly ModerationRule[] = [
	rule(
		'harassment',
		0.7,
		String.raw`(?:you(?: are|'re)|ur|u r)`,
		'(?:idiot|moron|imbecile|retard|pathetic|worthless|loser|disgusting|stupid)',
	),
	rule('harassment', 0.6, '(?:shut up|screw you|fuck you|fuck off|go to hell)'),
	rule('harassment', 0.8, '(?:nobody|no one|everyone)', '(?:hates you|loves you|wants you)'),
	rule(
		'harassment/threatening',
		0.9,
		String.raw`(?:i(?: will|'ll| am going to|'m going to|'m gonna| want to)|we(?: will|'ll| are going to))`,
		`${HARM} ${YOU}`,
	),
	rule(
		'harassment/threatening',
		0.8,
		"(?:i know where you live|you will regret this|watch your back|you(?: are|'re) dead)",
	),
	rule('harassment/threatening', 0.9, '(?:kill yourself|kys|go die|hang yourself)'),
	rule('hate', 0.9, GROUP, '(?:are|is)', LOW),
	rule('hate', 0.8, '(?:hate|despise|detest|ban|deport) (?:all |the |those |these )?' + GROUP),
	rule('hate', 0.7, GROUP, "(?:do not|don't|dont)", '(?:belong|deserve)'),
	rule(
		'hate/threatening',
		0.95,
		`(?:${HARM}|gas|exterminate|eradicate|wipe out)(?: all| the| those| these| every){0,2} ` + GROUP,
	),
	rule(
		'hate/threatening',
		0.9,
		GROUP,
		'(?:should|must|deserve to)',
		'(?:die|be killed|be shot|be gassed|be exterminated)',
	),
	rule('illicit', 0.8, HOW, '(?:cook|make|synthesi[sz]e|produce|buy|sell|smuggle)', DRUG),
	rule(
		'illicit',
		0.8,
		HOW,
		'(?:hack into|steal|shoplift|launder money|forge|counterfeit|pick a lock|hotwire|evade taxes|clone a credit card)',
	),
	rule('illicit', 0.7, '(?:stolen|fake|cloned) (?:credit cards?|passports?|ids?)'),
	rule('illicit/violent', 0.9, HOW, '(?:make|build|construct|buy|3d print)', WEAPON),
	rule(
		'illicit/violent',
		0.9,
		HOW,
		`(?:${HARM}|poison|kidnap|torture)`,
		'(?:someone|somebody|a person|people|him|her|them|my)',
	),
	rule('self-harm', 0.7, '(?:self[ -]harm|suicide|suicidal|cutting myself|overdose on)'),
	rule('self-harm/intent', 0.95, '(?:kill|hurt|harm|hang|cut|shoot|drown)(?:ing)? ' + SELF),
	rule(
		'self-harm/intent',
		0.9,
		String.raw`(?:i (?:want|wish|plan|am going|intend)|i'm going|i'd like)`,
		'(?:to die|i was dead|i were dead|to end it all|to end my life|to commit suicide)',
	),
	rule('self-harm/intent', 0.8, "(?:no reason to live|better off dead|do not want to live|don't want to live)"),
	rule('self-harm/instructions', 0.95, HOW, '(?:kill|hang|hurt|cut|drown) (?:myself|yourself|oneself)'),
	rule(
		'self-harm/instructions',
		0.95,
		HOW,
		'(?:commit suicide|overdose|end my life|end it all|die painlessly|self[ -]harm)',
	),
	rule('sexual', 0.8, '(?:blowjob|handjob|cumshot|gangbang|hardcore porn|deepthroat|fellatio|cunnilingus)'),
	rule(
		'sexual',
		0.7,
		'(?:erotic|pornographic|porn|sexually explicit|explicit sexual)',
		'(?:story|stories|scene|fiction|video|videos|pictures|images|content|roleplay)',
	),
	rule('sexual', 0.7, '(?:fuck|have sex with|make love to|undress|masturbate)', '(?:me|you|him|her)'),
	rule('sexual/minors', 0.98, SEX, MINOR),
	rule('sexual/minors', 0.98, MINOR, SEX),
	rule('sexual/minors', 0.98, '(?:child porn|child pornography|csam|loli|lolicon|shotacon)'),
	rule(
		'violence',
		0.6,
		`(?:will|going to|gonna|want to|wants to|let's) ${HARM} (?:${YOU}|someone|somebody|people|everyone|${PERSON})`,
	),
	rule('violence', 0.7, '(?:mass shooting|shoot up|school shooting|massacre|terror attack)', '(?:the|a|this|my|our)'),
	rule(
		'violence/graphic',
		0.8,
		'(?:disembowel(?:led|ed)?|dismember(?:ed|ing)?|decapitat(?:ed|ing|ion)|mutilat(?:ed|ing|ion)|eviscerat(?:ed|ing)|entrails|gore)',
	),
	rule(
		'violence/graphic',
		0.7,
		'(?:blood|guts|brains|intestines)',
		'(?:everywhere|spilling|spilled|gushing|splattered|spurting)',
	),
];

/** A finer category counts for its broader one, too. */
export const broaderThan: Readonly<Partial<Record<ModerationCategory, ModerationCategory>>> = {
	'harassment/threatening': 'harassment',
	'hate/threatening': 'hate',
	'illicit/violent': 'illicit',
	'self-harm/intent': 'self-harm',
	'self-harm/instructions': 'self-harm',
	'sexual/minors': 'sexual',
	'violence/graphic': 'violence',
};
