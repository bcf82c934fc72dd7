// A llama model of half a megabyte with random weights: the engine is real, its words are noise.
import { randomOf } from '../chaos/random.mjs';

const ALIGNMENT = 32;
const SHAPE = { width: 64, layers: 2, heads: 4, inner: 128, context: 2_048 };
const TYPES = { u32: 4, i32: 5, f32: 6, bool: 7, string: 8, array: 9 };
const TOKEN = { normal: 1, unknown: 2, control: 3, byte: 6 };
const TEMPLATE =
	"{% for message in messages %}{{ message['role'] }} : {{ message['content'] }} {% endfor %}{% if add_generation_prompt %}assistant : {% endif %}";

const u32 = (value) => {
	const bytes = Buffer.alloc(4);
	bytes.writeUInt32LE(value);
	return bytes;
};
const u64 = (value) => {
	const bytes = Buffer.alloc(8);
	bytes.writeBigUInt64LE(BigInt(value));
	return bytes;
};
const f32 = (values) => Buffer.from(Float32Array.from(values).buffer);
const string = (text) => Buffer.concat([u64(Buffer.byteLength(text)), Buffer.from(text)]);
const encode = {
	u32,
	i32: (value) => u32(value >>> 0),
	f32: (value) => f32([value]),
	bool: (value) => Buffer.from([Number(value)]),
	string,
};
const entry = (key, type, value) => Buffer.concat([string(key), u32(TYPES[type]), encode[type](value)]);
const list = (key, type, values) =>
	Buffer.concat([string(key), u32(TYPES.array), u32(TYPES[type]), u64(values.length), ...values.map(encode[type])]);

/** Control tokens, every byte, and syllables to speak in. */
function vocabulary() {
	const bytes = Array.from({ length: 256 }, (_, n) => `<0x${n.toString(16).toUpperCase().padStart(2, '0')}>`);
	const syllables = 'bdklmnrst'
		.split('')
		.flatMap((consonant) => 'aeiou'.split('').map((vowel) => `▁${consonant}${vowel}`));
	const tokens = ['<unk>', '<s>', '</s>', ...bytes, ...syllables];
	const typeOf = (n) => (n === 0 ? TOKEN.unknown : n < 3 ? TOKEN.control : n < 259 ? TOKEN.byte : TOKEN.normal);
	return { tokens, types: tokens.map((_, n) => typeOf(n)), scores: tokens.map((_, n) => -n) };
}

function metadata({ tokens, types, scores }) {
	return [
		entry('general.architecture', 'string', 'llama'),
		entry('general.name', 'string', 'noise'),
		entry('llama.context_length', 'u32', SHAPE.context),
		entry('llama.embedding_length', 'u32', SHAPE.width),
		entry('llama.block_count', 'u32', SHAPE.layers),
		entry('llama.feed_forward_length', 'u32', SHAPE.inner),
		entry('llama.attention.head_count', 'u32', SHAPE.heads),
		entry('llama.attention.layer_norm_rms_epsilon', 'f32', 1e-5),
		entry('llama.rope.dimension_count', 'u32', SHAPE.width / SHAPE.heads),
		entry('tokenizer.ggml.model', 'string', 'llama'),
		list('tokenizer.ggml.tokens', 'string', tokens),
		list('tokenizer.ggml.scores', 'f32', scores),
		list('tokenizer.ggml.token_type', 'i32', types),
		entry('tokenizer.ggml.unknown_token_id', 'u32', 0),
		entry('tokenizer.ggml.bos_token_id', 'u32', 1),
		entry('tokenizer.ggml.eos_token_id', 'u32', 2),
		entry('tokenizer.chat_template', 'string', TEMPLATE),
	];
}

function tensors({ tokens, types }) {
	const random = randomOf(1);
	const noise = (...dimensions) => ({
		dimensions,
		values: Array.from({ length: dimensions.reduce((a, b) => a * b) }, () => (random() - 0.5) * 0.4),
	});
	const ones = { dimensions: [SHAPE.width], values: Array.from({ length: SHAPE.width }, () => 1) };
	const { width, inner } = SHAPE;
	const layer = (n) => ({
		[`blk.${n}.attn_norm.weight`]: ones,
		[`blk.${n}.attn_q.weight`]: noise(width, width),
		[`blk.${n}.attn_k.weight`]: noise(width, width),
		[`blk.${n}.attn_v.weight`]: noise(width, width),
		[`blk.${n}.attn_output.weight`]: noise(width, width),
		[`blk.${n}.ffn_norm.weight`]: ones,
		[`blk.${n}.ffn_gate.weight`]: noise(width, inner),
		[`blk.${n}.ffn_up.weight`]: noise(width, inner),
		[`blk.${n}.ffn_down.weight`]: noise(inner, width),
	});
	const output = noise(width, tokens.length);
	// only syllables can win: never the end, never half a character
	output.values = output.values.map((value, at) => (types[Math.floor(at / width)] === TOKEN.normal ? value : 0));
	return {
		'token_embd.weight': noise(width, tokens.length),
		...Object.assign({}, ...Array.from({ length: SHAPE.layers }, (_, n) => layer(n))),
		'output_norm.weight': ones,
		'output.weight': output,
	};
}

const padded = (bytes) => Buffer.concat([bytes, Buffer.alloc((ALIGNMENT - (bytes.length % ALIGNMENT)) % ALIGNMENT)]);

/** The file's bytes, the same every time. */
export function noiseModel() {
	const words = vocabulary();
	const entries = metadata(words);
	const weights = Object.entries(tensors(words)).map(([name, { dimensions, values }]) => ({
		name,
		dimensions,
		data: padded(f32(values)),
	}));
	let offset = 0;
	const infos = weights.map(({ name, dimensions, data }) => {
		const info = [string(name), u32(dimensions.length), ...dimensions.map(u64), u32(0), u64(offset)];
		offset += data.length;
		return Buffer.concat(info);
	});
	const head = [Buffer.from('GGUF'), u32(3), u64(weights.length), u64(entries.length), ...entries, ...infos];
	return Buffer.concat([padded(Buffer.concat(head)), ...weights.map(({ data }) => data)]);
}
