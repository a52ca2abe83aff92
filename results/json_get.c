/* Lenient reading of a JSON tree; see json_get.h. */
#include "results/json_get.h"

#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "results/measurement.h"

/* The member; NULL where it is missing or null. */
static const struct node *
member(const struct node *object, const char *key)
{
	const struct node *value = node_member(object, key);

	return node_is(value, NODE_NULL) ? NULL : value;
}

static struct bytes
copied(struct json_get *g, const void *data, size_t len)
{
	struct bytes bytes = {NULL, len};

	if (len > 0)
		bytes.data = arena_memdup(g->arena, data, len);
	return bytes;
}

static struct bytes
unbase64(struct json_get *g, const struct node *text)
{
	struct buf buf = BUF_EMPTY;
	struct bytes bytes = {NULL, 0};

	if (buf_unbase64(&buf, text->text, text->n) != 0)
		g->oddities++;
	else
		bytes = copied(g, buf.data, buf.len);
	buf_free(&buf);
	return bytes;
}

/* Is it {"format":"base64","data":"..."}? */
static bool
is_base64(const struct node *value)
{
	const char *format = node_text(node_member(value, "format"));

	return format != NULL && strcmp(format, "base64") == 0 &&
	       node_is(node_member(value, "data"), NODE_STRING);
}

struct bytes
json_value_bytes(struct json_get *g, const struct node *value)
{
	if (node_is(value, NODE_STRING))
		return copied(g, value->text, value->n);
	if (is_base64(value))
		return unbase64(g, node_member(value, "data"));
	if (value != NULL && !node_is(value, NODE_NULL))
		g->oddities++;
	return (struct bytes){NULL, 0};
}

struct bytes
json_get_bytes(struct json_get *g, const struct node *object, const char *key)
{
	return json_value_bytes(g, member(object, key));
}

char *
json_value_string(struct json_get *g, const struct node *value)
{
	struct bytes bytes = json_value_bytes(g, value);

	if (bytes.len == 0)
		return node_is(value, NODE_STRING) || is_base64(value) ? arena_strdup(g->arena, "")
		                                                 : NULL;
	if (memchr(bytes.data, '\0', bytes.len) != NULL)
		g->oddities++;
	return arena_strndup(g->arena, (char *)bytes.data, bytes.len);
}

char *
json_get_string(struct json_get *g, const struct node *object, const char *key)
{
	return json_value_string(g, member(object, key));
}

struct bytes
json_get_base64(struct json_get *g, const struct node *object, const char *key)
{
	const struct node *value = member(object, key);

	return node_is(value, NODE_STRING) ? unbase64(g, value) : json_value_bytes(g, value);
}

int64_t
json_get_int(struct json_get *g, const struct node *object, const char *key, int64_t least, int64_t most,
    int64_t unknown)
{
	const struct node *value = member(object, key);

	if (value == NULL)
		return unknown;
	if (node_is(value, NODE_INTEGER) && value->integer >= least && value->integer <= most)
		return value->integer;
	g->oddities++;
	return unknown;
}

double
json_get_double(struct json_get *g, const struct node *object, const char *key, double unknown)
{
	const struct node *value = member(object, key);

	if (node_is(value, NODE_REAL))
		return value->real;
	if (node_is(value, NODE_INTEGER))
		return (double)value->integer;
	if (value != NULL)
		g->oddities++;
	return unknown;
}

int
json_get_bool(struct json_get *g, const struct node *object, const char *key)
{
	const struct node *value = member(object, key);

	if (node_is(value, NODE_TRUE) || node_is(value, NODE_FALSE))
		return value->type == NODE_TRUE;
	if (value != NULL)
		g->oddities++;
	return -1;
}

int64_t
json_get_time(struct json_get *g, const struct node *object, const char *key, int64_t unknown)
{
	const struct node *value = member(object, key);
	int64_t wall_us;

	if (value == NULL)
		return unknown;
	if (node_is(value, NODE_STRING) && clock_parse(value->text, &wall_us) == 0)
		return wall_us;
	g->oddities++;
	return unknown;
}

unsigned
json_known(struct json_get *g, const char *name, unsigned found, unsigned max)
{
	if (found < max)
		return found;
	if (name != NULL)
		g->oddities++;
	return 0;
}

const struct node *
json_get_object(struct json_get *g, const struct node *object, const char *key)
{
	const struct node *value = member(object, key);

	if (value == NULL || node_is(value, NODE_OBJECT))
		return value;
	g->oddities++;
	return NULL;
}

const struct node *
json_get_array(struct json_get *g, const struct node *object, const char *key)
{
	const struct node *value = member(object, key);

	if (value == NULL || node_is(value, NODE_ARRAY))
		return value;
	g->oddities++;
	return NULL;
}

const struct node *
json_get_x(struct json_get *g, const struct node *object)
{
	return g->ours ? json_get_object(g, object, "x_netvane") : NULL;
}

void
json_get_list(struct json_get *g, const struct node *object, const char *key,
    json_item_decode *decode, void **items, size_t *n, size_t size)
{
	struct node_walk walk = node_items(json_get_array(g, object, key));
	const struct node *o;

	while ((o = node_next(&walk)) != NULL)
		if (node_is(o, NODE_OBJECT))
			decode(g, o, arena_push(g->arena, items, n, size));
		else
			g->oddities++;
}

char **
json_get_strings(struct json_get *g, const struct node *object, const char *key, size_t *n)
{
	struct node_walk walk = node_items(json_get_array(g, object, key));
	const struct node *item;
	char **strings = NULL, *s;

	*n = 0;
	while ((item = node_next(&walk)) != NULL) {
		s = json_value_string(g, item);
		if (s != NULL)
			*ARENA_PUSH(g->arena, strings, *n) = s;
		else if (node_is(item, NODE_NULL))
			g->oddities++;
	}
	return strings;
}
