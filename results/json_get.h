/*
 * Reads values out of a JSON tree (json_node.h) into an arena. What is missing or null gives the unknown
 * value; what has the wrong type or cannot be true gives it too and is counted as an oddity,
 * never an error: records come from many programs and versions.
 */
#ifndef RESULTS_JSON_GET_H
#define RESULTS_JSON_GET_H

#include <stdbool.h>
#include <stdint.h>

#include "results/json_node.h"

struct arena;
struct bytes;

struct json_get {
	struct arena *arena;
	size_t oddities;
	bool ours; /* read the "x_netvane" objects too */
};

/*
 * A string, or {"format":"base64","data":"..."}. Text ends at its first NUL (an oddity). The
 * value forms read an array's item; the others an object's member.
 */
char *json_value_string(struct json_get *g, const struct node *value);
char *json_get_string(struct json_get *g, const struct node *object, const char *key);
/* As text, but a whole string of any bytes; len 0 where there is none. */
struct bytes json_value_bytes(struct json_get *g, const struct node *value);
struct bytes json_get_bytes(struct json_get *g, const struct node *object, const char *key);
/* A plain string of base64; what is not that is an oddity. */
struct bytes json_get_base64(struct json_get *g, const struct node *object, const char *key);
/* An integer from least to most. */
int64_t json_get_int(struct json_get *g, const struct node *object, const char *key, int64_t least,
    int64_t most, int64_t unknown);
double json_get_double(struct json_get *g, const struct node *object, const char *key, double unknown);
/* 1, 0, or -1 unknown. */
int json_get_bool(struct json_get *g, const struct node *object, const char *key);
/* A UTC time in one of clock_parse's forms. */
int64_t json_get_time(struct json_get *g, const struct node *object, const char *key, int64_t unknown);
/* What a x_find made of a name: found, or 0 when it is max; then a name is an oddity. */
unsigned json_known(struct json_get *g, const char *name, unsigned found, unsigned max);
/* Borrowed; NULL unknown. */
const struct node *json_get_object(struct json_get *g, const struct node *object, const char *key);
const struct node *json_get_array(struct json_get *g, const struct node *object, const char *key);
/* The member "x_netvane"; NULL when the record is not ours. */
const struct node *json_get_x(struct json_get *g, const struct node *object);
/* An array of strings; items of other types are left out. */
char **json_get_strings(struct json_get *g, const struct node *object, const char *key, size_t *n);

/* Reads one object of a list into a zeroed item. */
typedef void json_item_decode(struct json_get *g, const struct node *object, void *item);
/* An array of objects, each appended to an arena array as by ARENA_PUSH; others are left out. */
#define JSON_GET_LIST(g, object, key, decode, items, n) \
	json_get_list((g), (object), (key), (decode), (void **)&(items), &(n), sizeof(*(items)))
void json_get_list(struct json_get *g, const struct node *object, const char *key,
    json_item_decode *decode, void **items, size_t *n, size_t size);

#endif
