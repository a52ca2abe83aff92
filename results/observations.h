/* OONI's lists inside test_keys: used by measurement_encode.c and measurement_decode.c alone. */
#ifndef RESULTS_OBSERVATIONS_H
#define RESULTS_OBSERVATIONS_H

struct json;
struct json_get;
struct json_t;
struct measurement;

/* -1, "unknown", is written as null. */
void encode_known_bool(struct json *j, const char *key, int v);
/* Writes the six lists as members of the open object. */
void observations_encode(struct json *j, const struct measurement *m);
/* Reads them; see json_get.h. */
void observations_decode(struct json_get *g, const struct json_t *keys, struct measurement *m);

#endif
