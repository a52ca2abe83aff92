/* JSON as nodes in an array, made from jansson's tree. */
#include "results/json_node.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <jansson.h>

#include "base/mem.h"

struct json_doc {
	struct node *nodes;
	size_t room;
	json_t *root; /* has the strings */
};

/* --- reading --------------------------------------------------------------------------------- */

static inline bool
is_key(const struct node *key, const char *text, size_t len)
{
	return key->n == len && (len == 0 || (key->text[0] == text[0] && memcmp(key->text, text, len) == 0));
}

const struct node *
node_member(const struct node *object, const char *key)
{
	const struct node *at, *found = NULL;
	size_t len = strlen(key);
	uint32_t left;

	if (!node_is(object, NODE_OBJECT))
		return NULL;
	for (at = object + 1, left = object->n; left > 0; left--, at += 1 + at[1].skip)
		if (is_key(at, key, len))
			found = at + 1;
	return found;
}

/* Of equal keys the first has its place, and the last its value: is there an earlier one than `key`? */
static bool
came_before(const struct node *first, const struct node *key)
{
	const struct node *at;

	for (at = first; at < key; at += 1 + at[1].skip)
		if (is_key(at, key->text, key->n))
			return true;
	return false;
}

static const struct node *
last_value(const struct node *key, const struct node_walk *behind)
{
	const struct node *at, *value = key + 1;
	uint32_t left;

	for (at = behind->next, left = behind->left; left > 0; left--, at += 1 + at[1].skip)
		if (is_key(at, key->text, key->n))
			value = at + 1;
	return value;
}

const char *
node_text(const struct node *node)
{
	return node_is(node, NODE_STRING) ? node->text : NULL;
}

struct node_walk
node_items(const struct node *container)
{
	struct node_walk walk = {NULL, NULL, 0, false, false, NULL};

	if (node_is(container, NODE_ARRAY) || node_is(container, NODE_OBJECT))
		walk = (struct node_walk){container + 1, container + 1, container->n,
		    container->type == NODE_OBJECT, container->n <= NODE_FEW_PAIRS, NULL};
	return walk;
}

const struct node *
node_next(struct node_walk *walk)
{
	const struct node *item, *key;

	while (walk->left > 0) {
		key = walk->next;
		item = key + walk->pairs;
		walk->next = item + item->skip;
		walk->left--;
		if (!walk->pairs)
			return item;
		walk->key = key->text;
		if (!walk->few)
			return item;
		if (!came_before(walk->first, key))
			return last_value(key, walk);
	}
	return NULL;
}

size_t
node_size(const struct node *container)
{
	return node_is(container, NODE_ARRAY) || node_is(container, NODE_OBJECT) ? container->n : 0;
}

const struct node *
node_at(const struct node *array, size_t i)
{
	struct node_walk walk = node_items(array);
	const struct node *item;

	while ((item = node_next(&walk)) != NULL && i-- > 0)
		;
	return item;
}

/* --- documents ------------------------------------------------------------------------------- */

struct json_doc *
json_doc_new(void)
{
	return xcalloc(1, sizeof(struct json_doc));
}

void
json_doc_free(struct json_doc *doc)
{
	if (doc == NULL)
		return;
	json_decref(doc->root);
	free(doc->nodes);
	free(doc);
}

/* What a big text needed is given back with the next small one. */
enum { ROOM_KEPT = 64 * 1024 };

struct node *
json_doc_room(struct json_doc *doc, size_t n)
{
	if (doc->room < n || (doc->room > ROOM_KEPT && n <= ROOM_KEPT)) {
		free(doc->nodes);
		doc->room = n > ROOM_KEPT ? n : ROOM_KEPT;
		doc->nodes = xreallocarray(NULL, doc->room, sizeof(*doc->nodes));
	}
	return doc->nodes;
}

bool
json_doc_is_too_much(const char *text, size_t len)
{
	bool in_string = false;
	size_t n = 0, i;

	/* A value takes two bytes at least: itself, and what parts it from the next. */
	if (len / 2 < NODE_MAX)
		return false;
	for (i = 0; i < len && n < NODE_MAX; i++) {
		if (in_string && text[i] == '\\')
			i++;
		else if (text[i] == '"')
			in_string = !in_string;
		else if (!in_string)
			n += text[i] == ',' || text[i] == ':' || text[i] == '[' || text[i] == '{';
	}
	return n >= NODE_MAX;
}

/* jansson's nesting is bounded (JSON_PARSER_MAX_DEPTH), so this is. */
static size_t
count(const json_t *value)
{
	const char *key;
	json_t *item;
	size_t n = 1, i;

	if (json_is_array(value)) {
		json_array_foreach(value, i, item)
			n += count(item);
	} else if (json_is_object(value)) {
		/* jansson 2.14 declares the macro's object as one that may change. */
		json_object_foreach((json_t *)(uintptr_t)value, key, item)
			n += 1 + count(item);
	}
	return n;
}

static const enum node_type types[] = {
    [JSON_OBJECT] = NODE_OBJECT,
    [JSON_ARRAY] = NODE_ARRAY,
    [JSON_STRING] = NODE_STRING,
    [JSON_INTEGER] = NODE_INTEGER,
    [JSON_REAL] = NODE_REAL,
    [JSON_TRUE] = NODE_TRUE,
    [JSON_FALSE] = NODE_FALSE,
    [JSON_NULL] = NODE_NULL,
};

/* Returns the node behind. */
static struct node *
fill(struct node *node, const json_t *value)
{
	struct node *next = node + 1;
	const char *key;
	json_t *item;
	size_t i;

	*node = (struct node){.type = types[json_typeof(value)]};
	switch (json_typeof(value)) {
	case JSON_STRING:
		node->text = json_string_value(value);
		node->n = (uint32_t)json_string_length(value);
		break;
	case JSON_INTEGER:
		node->integer = json_integer_value(value);
		break;
	case JSON_REAL:
		node->real = json_real_value(value);
		break;
	case JSON_ARRAY:
		node->n = (uint32_t)json_array_size(value);
		json_array_foreach(value, i, item)
			next = fill(next, item);
		break;
	case JSON_OBJECT:
		node->n = (uint32_t)json_object_size(value);
		json_object_foreach((json_t *)(uintptr_t)value, key, item) {
			*next = (struct node){.type = NODE_STRING, .n = (uint32_t)strlen(key), .skip = 1, .text = key};
			next = fill(next + 1, item);
		}
		break;
	default:
		break;
	}
	node->skip = (uint32_t)(next - node);
	return next;
}

/* jansson quotes the text it stumbled on, which may be anything; the message goes to terminals. */
static void
parse_error(const json_error_t *e, char *error, size_t size)
{
	char *p;

	snprintf(error, size, "not JSON at byte %d: %s", e->position, e->text);
	for (p = error; *p != '\0'; p++)
		if (*p < 0x20 || *p > 0x7e)
			*p = '?';
}

const struct node *
json_doc_parse(
    struct json_doc *doc, const char *text, size_t len, bool strict, char *error, size_t size)
{
	size_t flags = JSON_ALLOW_NUL | (strict ? JSON_REJECT_DUPLICATES : 0);
	struct node *nodes;
	json_error_t e;

	json_decref(doc->root);
	doc->root = NULL;
	if (json_doc_is_too_much(text, len)) {
		snprintf(error, size, "more than a million values");
		return NULL;
	}
	doc->root = json_loadb(text, len, flags, &e);
	if (doc->root == NULL) {
		parse_error(&e, error, size);
		return NULL;
	}
	nodes = json_doc_room(doc, count(doc->root));
	fill(nodes, doc->root);
	return nodes;
}

struct json_doc *
json_doc_of(const char *text, size_t len, const struct node **root)
{
	struct json_doc *doc = json_doc_new();
	char error[160];

	*root = json_doc_parse(doc, text, len, false, error, sizeof(error));
	if (node_is(*root, NODE_OBJECT))
		return doc;
	json_doc_free(doc);
	return NULL;
}
