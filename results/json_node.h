/*
 * JSON text as a tree that is cheap to build and to read: nodes in one array, in the order of the text. Whoever parses it,
 * jansson here or simdjson in netvane-analyze (analysis/bulk.h), the decoders see the same. Borrowed pointers everywhere:
 * nodes belong to their document, until it parses the next text.
 */
#ifndef RESULTS_JSON_NODE_H
#define RESULTS_JSON_NODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum node_type {
	NODE_NULL,
	NODE_FALSE,
	NODE_TRUE,
	NODE_INTEGER,
	NODE_REAL,
	NODE_STRING,
	NODE_ARRAY,
	NODE_OBJECT,
};

/* An object's items are pairs: a NODE_STRING, its key, and the value behind it. */
struct node {
	enum node_type type;
	uint32_t n; /* bytes of a string; items of an array; pairs of an object */
	uint32_t skip; /* how many nodes further the one behind it is, with all that is in it */
	union {
		const char *text; /* UTF-8, may hold NULs; NUL after the end */
		int64_t integer;
		double real;
	};
};

/* NULL is no node of any type. */
static inline bool
node_is(const struct node *node, enum node_type type)
{
	return node != NULL && node->type == type;
}

/*
 * Of a small object's equal keys the last counts, however it was parsed; of a bigger one no parser may leave equal keys.
 */
enum { NODE_FEW_PAIRS = 48 };

/* The value; NULL where there is none, or `object` is none. */
const struct node *node_member(const struct node *object, const char *key);
/* NULL where it is no string. */
const char *node_text(const struct node *node);

/*
 * Goes through an array's items, or an object's values:
 *
 *	for (walk = node_items(array); (item = node_next(&walk)) != NULL;)
 *
 * walk.key is the item's key in an object. What is neither array nor object has no items.
 */
struct node_walk {
	const struct node *first, *next;
	uint32_t left;
	bool pairs, few;
	const char *key;
};
struct node_walk node_items(const struct node *container);
const struct node *node_next(struct node_walk *walk);
/* How many items; 0 for what has none. */
size_t node_size(const struct node *container);
/* The item at i of an array; NULL where there is none. Linear: for short arrays. */
const struct node *node_at(const struct node *array, size_t i);

/* --- documents ------------------------------------------------------------------------------- */

/* More values than this is nothing that a measurement could have seen, and would take memory without end. */
enum { NODE_MAX = 1024 * 1024 };

struct json_doc;

struct json_doc *json_doc_new(void);
/* NULL is fine. */
void json_doc_free(struct json_doc *doc);
/*
 * Parses the text with jansson and returns its outermost object or array. Of equal keys the last counts; with `strict`
 * there must be none. NULL, and why in error (size bytes, printable ASCII), when it is no JSON.
 */
const struct node *json_doc_parse(
    struct json_doc *doc, const char *text, size_t len, bool strict, char *error, size_t size);

/* A document of its own, and its root, which is an object; NULL where the text is none. */
struct json_doc *json_doc_of(const char *text, size_t len, const struct node **root);

/*
 * For other parsers: room for so many nodes, of which the first is the outermost; good until the next call.
 */
struct node *json_doc_room(struct json_doc *doc, size_t n);
/* Whether a text may have more than NODE_MAX values. Cheap for a text that is too short for that. */
bool json_doc_is_too_much(const char *text, size_t len);

#endif
