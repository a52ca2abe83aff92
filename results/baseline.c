/* What is normal for a target: the questions that rules ask of it, and its place in the record. */
#include "results/baseline.h"

#include <arpa/inet.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "results/json_get.h"
#include "results/measurement.h"

struct baseline *
baseline_new(struct arena *arena)
{
	struct baseline *b = arena_alloc(arena, sizeof(*b));

	b->handshake_s = b->connect_s = b->rate = (double)NAN;
	b->body_length = -1;
	return b;
}

/* --- what the rules ask ---------------------------------------------------------------------- */

static bool
knows(const struct baseline_item *items, size_t n, const char *value)
{
	size_t i;

	for (i = 0; value != NULL && i < n; i++)
		if (items[i].value != NULL && strcmp(items[i].value, value) == 0)
			return true;
	return false;
}

bool
baseline_knows_address(const struct baseline *b, const char *ip)
{
	unsigned char binary[sizeof(struct in6_addr)];
	char text[INET6_ADDRSTRLEN];
	int family;

	if (b == NULL || ip == NULL)
		return false;
	family = strchr(ip, ':') != NULL ? AF_INET6 : AF_INET;
	if (inet_pton(family, ip, binary) != 1 ||
	    inet_ntop(family, binary, text, sizeof(text)) == NULL)
		return false;
	return knows(b->addresses, b->naddresses, text);
}

bool
baseline_knows_issuer(const struct baseline *b, const char *sha256)
{
	return b != NULL && knows(b->issuers, b->nissuers, sha256);
}

bool
baseline_knows_key(const struct baseline *b, const char *sha256)
{
	return b != NULL && knows(b->keys, b->nkeys, sha256);
}

bool
baseline_knows_blockpage(const struct baseline *b, const char *sha256)
{
	return b != NULL && knows(b->blockpages, b->nblockpages, sha256);
}

bool
baseline_steady(const struct baseline *b)
{
	enum { OK_LEAST = 6, DAYS_LEAST = 2 };

	/* A record may say anything; subtracting what cannot be would overflow. */
	if (b == NULL || b->ok < OK_LEAST || b->days < DAYS_LEAST || b->measured < b->ok ||
	    b->bad_streak < 0)
		return false;
	return (double)b->ok >= 0.9 * ((double)b->measured - (double)b->bad_streak);
}

double
baseline_rate(const struct http_request *r)
{
	enum { BYTES_LEAST = 20000 }; /* below, it is the time of one round trip that is measured */
	double s = r->c.t - r->c.t0;

	if (r->failure != NULL || r->body_length <= BYTES_LEAST || !(s > 0) || isinf(s))
		return (double)NAN;
	return (double)r->body_length / s;
}

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double
baseline_median(double *values, size_t n)
{
	if (n == 0)
		return (double)NAN;
	qsort(values, n, sizeof(*values), by_size);
	return (values[(n - 1) / 2] + values[n / 2]) / 2;
}

/* --- in the record --------------------------------------------------------------------------- */

static void
time_encode(struct json *j, const char *key, int64_t wall_us)
{
	char text[CLOCK_TEXT_SIZE];

	json_put_string(j, key, wall_us != 0 ? clock_rfc3339(wall_us, text) : NULL);
}

static void
items_encode(struct json *j, const char *key, const struct baseline_item *items, size_t n)
{
	size_t i;

	json_put_array(j, key);
	for (i = 0; i < n; i++) {
		json_put_object(j, NULL);
		json_put_string(j, "value", items[i].value);
		json_put_int(j, "count", items[i].count);
		time_encode(j, "last", items[i].last_us);
		json_put_object_end(j);
	}
	json_put_array_end(j);
}

void
baseline_encode(struct json *j, const struct baseline *b)
{
	if (b == NULL) {
		json_put_null(j, "baseline");
		return;
	}
	json_put_object(j, "baseline");
	json_put_int(j, "measured", b->measured);
	json_put_int(j, "ok", b->ok);
	json_put_int(j, "days", b->days);
	time_encode(j, "last_ok", b->last_ok_us);
	json_put_int(j, "bad_streak", b->bad_streak);
	items_encode(j, "addresses", b->addresses, b->naddresses);
	items_encode(j, "issuers", b->issuers, b->nissuers);
	items_encode(j, "keys", b->keys, b->nkeys);
	json_put_double(j, "handshake_s", b->handshake_s);
	json_put_double(j, "connect_s", b->connect_s);
	json_put_double(j, "rate", b->rate);
	if (b->body_length < 0)
		json_put_null(j, "body_length");
	else
		json_put_int(j, "body_length", b->body_length);
	json_put_string(j, "title", b->title);
	items_encode(j, "blockpages", b->blockpages, b->nblockpages);
	json_put_bool(j, "quic", b->quic);
	json_put_object_end(j);
}

static void
item_decode(struct json_get *g, const struct node *o, void *item)
{
	struct baseline_item *i = item;

	i->value = json_get_string(g, o, "value");
	i->count = json_get_int(g, o, "count", 0, INT64_MAX, 0);
	i->last_us = json_get_time(g, o, "last", 0);
}

struct baseline *
baseline_decode(struct json_get *g, const struct node *object)
{
	const struct node *o = json_get_object(g, object, "baseline");
	struct baseline *b;

	if (o == NULL)
		return NULL;
	b = baseline_new(g->arena);
	b->measured = json_get_int(g, o, "measured", 0, INT64_MAX, 0);
	b->ok = json_get_int(g, o, "ok", 0, INT64_MAX, 0);
	b->days = json_get_int(g, o, "days", 0, INT64_MAX, 0);
	b->last_ok_us = json_get_time(g, o, "last_ok", 0);
	b->bad_streak = json_get_int(g, o, "bad_streak", 0, INT64_MAX, 0);
	JSON_GET_LIST(g, o, "addresses", item_decode, b->addresses, b->naddresses);
	JSON_GET_LIST(g, o, "issuers", item_decode, b->issuers, b->nissuers);
	JSON_GET_LIST(g, o, "keys", item_decode, b->keys, b->nkeys);
	b->handshake_s = json_get_double(g, o, "handshake_s", (double)NAN);
	b->connect_s = json_get_double(g, o, "connect_s", (double)NAN);
	b->rate = json_get_double(g, o, "rate", (double)NAN);
	b->body_length = json_get_int(g, o, "body_length", 0, INT64_MAX, -1);
	b->title = json_get_string(g, o, "title");
	JSON_GET_LIST(g, o, "blockpages", item_decode, b->blockpages, b->nblockpages);
	b->quic = json_get_bool(g, o, "quic") == 1;
	return b;
}
