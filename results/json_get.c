/* Lenient reading of a jansson tree; see json_get.h. */
#include "results/json_get.h"

#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "results/measurement.h"

/* The member; NULL where it is missing or null. */
static const json_t *
member(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	return json_is_null(value) ? NULL : value;
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
unbase64(struct json_get *g, const json_t *text)
{
	struct buf buf = BUF_EMPTY;
	struct bytes bytes = {NULL, 0};

	if (buf_unbase64(&buf, json_string_value(text), json_string_length(text)) != 0)
		g->oddities++;
	else
		bytes = copied(g, buf.data, buf.len);
	buf_free(&buf);
	return bytes;
}

/* Is it {"format":"base64","data":"..."}? */
static bool
is_base64(const json_t *value)
{
	const char *format = json_string_value(json_object_get(value, "format"));

	return format != NULL && strcmp(format, "base64") == 0 &&
	       json_is_string(json_object_get(value, "data"));
}

struct bytes
json_value_bytes(struct json_get *g, const json_t *value)
{
	if (json_is_string(value))
		return copied(g, json_string_value(value), json_string_length(value));
	if (is_base64(value))
		return unbase64(g, json_object_get(value, "data"));
	if (value != NULL && !json_is_null(value))
		g->oddities++;
	return (struct bytes){NULL, 0};
}

struct bytes
json_get_bytes(struct json_get *g, const json_t *object, const char *key)
{
	return json_value_bytes(g, member(object, key));
}

char *
json_value_string(struct json_get *g, const json_t *value)
{
	struct bytes bytes = json_value_bytes(g, value);

	if (bytes.len == 0)
		return json_is_string(value) || is_base64(value) ? arena_strdup(g->arena, "")
		                                                 : NULL;
	if (memchr(bytes.data, '\0', bytes.len) != NULL)
		g->oddities++;
	return arena_strndup(g->arena, (char *)bytes.data, bytes.len);
}

char *
json_get_string(struct json_get *g, const json_t *object, const char *key)
{
	return json_value_string(g, member(object, key));
}

struct bytes
json_get_base64(struct json_get *g, const json_t *object, const char *key)
{
	const json_t *value = member(object, key);

	return json_is_string(value) ? unbase64(g, value) : json_value_bytes(g, value);
}

int64_t
json_get_int(struct json_get *g, const json_t *object, const char *key, int64_t least, int64_t most,
    int64_t unknown)
{
	const json_t *value = member(object, key);

	if (value == NULL)
		return unknown;
	if (json_is_integer(value) && json_integer_value(value) >= least &&
	    json_integer_value(value) <= most)
		return json_integer_value(value);
	g->oddities++;
	return unknown;
}

double
json_get_double(struct json_get *g, const json_t *object, const char *key, double unknown)
{
	const json_t *value = member(object, key);

	if (json_is_number(value))
		return json_number_value(value);
	if (value != NULL)
		g->oddities++;
	return unknown;
}

int
json_get_bool(struct json_get *g, const json_t *object, const char *key)
{
	const json_t *value = member(object, key);

	if (json_is_boolean(value))
		return json_is_true(value);
	if (value != NULL)
		g->oddities++;
	return -1;
}

int64_t
json_get_time(struct json_get *g, const json_t *object, const char *key, int64_t unknown)
{
	const json_t *value = member(object, key);
	int64_t wall_us;

	if (value == NULL)
		return unknown;
	if (json_is_string(value) && clock_parse(json_string_value(value), &wall_us) == 0)
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

const json_t *
json_get_object(struct json_get *g, const json_t *object, const char *key)
{
	const json_t *value = member(object, key);

	if (value == NULL || json_is_object(value))
		return value;
	g->oddities++;
	return NULL;
}

const json_t *
json_get_array(struct json_get *g, const json_t *object, const char *key)
{
	const json_t *value = member(object, key);

	if (value == NULL || json_is_array(value))
		return value;
	g->oddities++;
	return NULL;
}

const json_t *
json_get_x(struct json_get *g, const json_t *object)
{
	return g->ours ? json_get_object(g, object, "x_netvane") : NULL;
}

void
json_get_list(struct json_get *g, const json_t *object, const char *key, json_item_decode *decode,
    void **items, size_t *n, size_t size)
{
	const json_t *array = json_get_array(g, object, key), *o;
	size_t i;

	for (i = 0; i < json_array_size(array); i++) {
		o = json_array_get(array, i);
		if (json_is_object(o))
			decode(g, o, arena_push(g->arena, items, n, size));
		else
			g->oddities++;
	}
}

char **
json_get_strings(struct json_get *g, const json_t *object, const char *key, size_t *n)
{
	const json_t *array = json_get_array(g, object, key);
	char **strings = NULL, *s;
	size_t i;

	*n = 0;
	for (i = 0; i < json_array_size(array); i++) {
		s = json_value_string(g, json_array_get(array, i));
		if (s != NULL)
			*ARENA_PUSH(g->arena, strings, *n) = s;
		else if (json_is_null(json_array_get(array, i)))
			g->oddities++;
	}
	return strings;
}
