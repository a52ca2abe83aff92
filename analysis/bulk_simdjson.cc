/*
 * The one file in C++. simdjson parses a text into its tape (its doc/tape.md: 64-bit words, a type in the upper 8 bits), which
 * is gone through once, from its beginning to its end, and made nodes of.
 */
#include "analysis/bulk_simdjson.h"

#include <simdjson.h>

#include <cstdint>
#include <cstring>
#include <new>
#include <string>
#include <vector>

extern "C" {
#include "results/json_node.h"
}

using namespace simdjson;

#define NAME_OF_TOKENS(tokens) #tokens
#define NAME_OF(macro) NAME_OF_TOKENS(macro)

namespace {

/* An object or array that has begun and not ended. */
struct open_container {
	uint32_t node;
	bool is_object;
};

/* What one text needed is kept for the next, up to this. */
constexpr size_t kept_capacity = 2 * 1024 * 1024;

} // namespace

struct simd {
	dom::parser parser;
	std::vector<open_container> open;
	std::vector<uint32_t> table;
};

namespace {

inline uint64_t
payload(uint64_t word)
{
	return word & 0x00ffffffffffffff;
}

inline uint32_t
hash_of(const node *key)
{
	const char *text = key->text;
	uint64_t word, hash = key->n;
	uint32_t left = key->n;

	for (; left >= 8; text += 8, left -= 8) {
		memcpy(&word, text, 8);
		hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
		hash ^= hash >> 32;
	}
	word = 0;
	memcpy(&word, text, left);
	return uint32_t(((hash ^ word) * 0x9e3779b97f4a7c15u) >> 32);
}

/*
 * Whether two keys of a big object are equal, or so many meet in the table that somebody may have made them to: such an object
 * is jansson's. Small ones are looked through to the end by node_member and node_next.
 */
bool
may_repeat(const node *object, std::vector<uint32_t> &table)
{
	uint32_t mask = 1023, meetings = 0;
	const node *at = object + 1, *other;

	while (mask < object->n * 2)
		mask = mask * 2 + 1;
	table.assign(mask + 1, 0);
	for (uint32_t i = 0; i < object->n; i++, at += 1 + at[1].skip) {
		uint32_t slot = (hash_of(at) >> 4) & mask;

		for (; table[slot] != 0; slot = (slot + 1) & mask) {
			other = object + table[slot];
			if (other->n == at->n && memcmp(other->text, at->text, at->n) == 0)
				return true;
			if (++meetings > 64 + object->n * 4)
				return true;
		}
		table[slot] = uint32_t(at - object);
	}
	return false;
}

/* Eight bytes at a time, because there are so many keys and they are so short. */
inline bool
has_nul(const node *key)
{
	const char *text = key->text;
	uint32_t left = key->n;
	uint64_t word;

	for (; left >= 8; text += 8, left -= 8) {
		memcpy(&word, text, 8);
		if ((word - 0x0101010101010101u) & ~word & 0x8080808080808080u)
			return true;
	}
	while (left > 0)
		if (text[--left] == '\0')
			return true;
	return false;
}

/* simdjson takes \ud800 alone for a character; no UTF-8 has it. Its bytes are ED A0 to ED BF. */
bool
has_half_pair(const uint8_t *strings, size_t len)
{
	const uint8_t *at = strings, *end = strings + len;

	while ((at = static_cast<const uint8_t *>(memchr(at, 0xed, size_t(end - at)))) != nullptr) {
		if (++at < end && *at >= 0xa0)
			return true;
	}
	return false;
}

/* What a text can only hold by an escape, and few do. */
struct escapes {
	bool nul, surrogate;
};

/* Sixteen bytes at a time, in whatever registers the machine has for them. */
typedef unsigned char bytes16 __attribute__((vector_size(16)));

inline bytes16
bytes_at(const char *text)
{
	bytes16 bytes;

	memcpy(&bytes, text, sizeof(bytes));
	return bytes;
}

inline bool
any(bytes16 bytes)
{
	uint64_t halves[2];

	memcpy(halves, &bytes, sizeof(halves));
	return (halves[0] | halves[1]) != 0;
}

/* Where \u0000 may begin, and a surrogate's escape. */
inline bytes16
nul_at(const char *text)
{
	return bytes16(bytes_at(text) == '\\') & bytes16(bytes_at(text + 4) == '0') & bytes16(bytes_at(text + 5) == '0');
}

inline bytes16
surrogate_at(const char *text)
{
	return bytes16(bytes_at(text) == '\\') & bytes16(bytes_at(text + 1) == 'u') &
	    bytes16((bytes_at(text + 2) | 0x20) == 'd');
}

/*
 * What it finds may also be other text, as in "\\u0000". Some bytes behind the text are read, as simdjson does.
 */
escapes
find_escapes(const char *text, size_t len)
{
	bytes16 nul = {0}, surrogate = {0};

	for (size_t i = 0; i < len; i += sizeof(bytes16)) {
		nul |= nul_at(text + i);
		surrogate |= surrogate_at(text + i);
	}
	return {any(nul), any(surrogate)};
}

/*
 * Whether a brief reading goes into the container behind this key, or it is left empty: into test_keys, but of the lists
 * there only into ours.
 */
bool
is_brief(const std::vector<open_container> &open, const node *key)
{
	auto is = [key](const char *name) { return key->n == strlen(name) && memcmp(key->text, name, key->n) == 0; };

	if (open.empty() || open.size() > 2)
		return true;
	return open.back().is_object && (open.size() == 1 ? is("test_keys") : is("x_netvane"));
}

/* Words of numbers may look like one, which costs a parse by jansson. */
bool
has_big_integer(const uint64_t *tape, size_t last)
{
	bool found = false;

	for (size_t i = 1; i < last; i++)
		found |= (tape[i] >> 56) == 'u';
	return found;
}

/* False: jansson would see it otherwise. */
bool
fill(struct simd *simd, node *nodes, size_t last, bool check_keys, bool brief)
{
	const uint64_t *tape = simd->parser.doc.tape.get();
	const char *strings = reinterpret_cast<const char *>(simd->parser.doc.string_buf.get());
	auto &open = simd->open;
	size_t n = 0;

	open.clear();
	for (size_t i = 1; i < last; i++) {
		uint64_t word = tape[i];
		node *at = &nodes[n];
		bool value = true;

		switch (word >> 56) {
		case '"': {
			const char *text = strings + payload(word);
			uint32_t len;

			memcpy(&len, text, sizeof(len));
			text += sizeof(len);
			at->type = NODE_STRING;
			at->n = len;
			at->text = text;
			at->skip = 1;
			n++;
			break;
		}
		case '{':
		case '[':
			at->type = (word >> 56) == '{' ? NODE_OBJECT : NODE_ARRAY;
			at->n = 0;
			if (brief && !is_brief(open, at - 1)) {
				at->skip = 1;
				n++;
				i = size_t(word & 0xffffffff) - 1; /* where it ends */
				break;
			}
			open.push_back({uint32_t(n), at->type == NODE_OBJECT});
			n++;
			continue; /* it counts where it ends */
		case '}':
		case ']': {
			node *container = &nodes[open.back().node];

			container->skip = uint32_t(n - open.back().node);
			open.pop_back();
			if (container->type == NODE_OBJECT) {
				/* Keys and values were counted alike. */
				container->n /= 2;
				if (container->n > NODE_FEW_PAIRS && may_repeat(container, simd->table))
					return false;
			}
			break;
		}
		case 'l':
			at->type = NODE_INTEGER;
			at->integer = int64_t(tape[++i]);
			at->skip = 1;
			n++;
			break;
		case 'd':
			at->type = NODE_REAL;
			memcpy(&at->real, &tape[++i], sizeof(at->real));
			at->skip = 1;
			n++;
			break;
		case 't':
		case 'f':
		case 'n':
			at->type = (word >> 56) == 't' ? NODE_TRUE : (word >> 56) == 'f' ? NODE_FALSE : NODE_NULL;
			at->n = 0;
			at->skip = 1;
			n++;
			break;
		default: /* 'u': past what int64_t holds */
			value = false;
			break;
		}
		if (!value)
			return false;
		if (!open.empty()) {
			node *container = &nodes[open.back().node];

			/* Every other one in an object is a key. */
			if (check_keys && container->type == NODE_OBJECT && (container->n & 1) == 0 && has_nul(at))
				return false;
			container->n++;
		}
	}
	return true;
}

/* Where the text's strings end, as they lie in the parser. */
size_t
strings_len(const struct simd *simd, size_t last)
{
	const uint64_t *tape = simd->parser.doc.tape.get();
	const uint8_t *strings = simd->parser.doc.string_buf.get();
	size_t end = 0;
	uint32_t len;

	for (size_t i = 1; i < last; i++) {
		char type = char(tape[i] >> 56);

		if (type == '"') {
			memcpy(&len, strings + payload(tape[i]), sizeof(len));
			end = payload(tape[i]) + sizeof(len) + len;
		}
		i += type == 'l' || type == 'u' || type == 'd';
	}
	return end;
}

} // namespace

extern "C" struct simd *
simd_new(void)
{
	return new simd;
}

extern "C" void
simd_free(struct simd *simd)
{
	delete simd;
}

extern "C" const struct node *
simd_parse(struct simd *simd, const char *text, size_t len, bool brief, struct json_doc *doc)
{
	escapes escapes;
	dom::element root;
	size_t last;
	node *nodes;

	if (simd->parser.capacity() > kept_capacity && len < kept_capacity)
		simd->parser = dom::parser();
	if (simd->parser.parse(text, len, false).get(root) != SUCCESS)
		return nullptr;
	if (!root.is_object() && !root.is_array())
		return nullptr;
	/* The tape's first word says where its last one is; no value takes less than a word. */
	last = size_t(payload(simd->parser.doc.tape[0])) - 1;
	escapes = find_escapes(text, len);
	if (escapes.surrogate && has_half_pair(simd->parser.doc.string_buf.get(), strings_len(simd, last)))
		return nullptr;
	brief = brief && !escapes.nul;
	if (brief && has_big_integer(simd->parser.doc.tape.get(), last))
		return nullptr;
	nodes = json_doc_room(doc, last + 1);
	return fill(simd, nodes, last, escapes.nul, brief) ? nodes : nullptr;
}

extern "C" void
simd_trim(struct simd *simd)
{
	simd->parser = dom::parser();
	simd->open = {};
	simd->table = {};
}

extern "C" const char *
simd_name(void)
{
	static const std::string name = std::string("simdjson " NAME_OF(SIMDJSON_VERSION) ", ") + get_active_implementation()->name();

	return name.c_str();
}
