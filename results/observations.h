/* OONI's lists inside test_keys: and what the other lists share with them; for the format's own files. */
#ifndef RESULTS_OBSERVATIONS_H
#define RESULTS_OBSERVATIONS_H

struct common;
struct json;
struct json_get;
struct node;
struct measurement;

/* -1, "unknown", is written as null. */
void encode_known_bool(struct json *j, const char *key, int v);
/* Times, tags and id, as members of the open object; the attempt is left to the caller, who knows where it goes. */
void common_encode(struct json *j, const struct common *c);
/* x: the object with the attempt. */
void common_decode(struct json_get *g, const struct node *o, const struct node *x, struct common *c);
/* A failure; the names of the vocabulary are shared, so that a big file does not repeat them. */
const char *failure_decode(struct json_get *g, const struct node *o);
/* Writes the six lists as members of the open object. */
void observations_encode(struct json *j, const struct measurement *m);
/* Reads them; see json_get.h. */
void observations_decode(struct json_get *g, const struct node *keys, struct measurement *m);

#endif
