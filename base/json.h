/*
 * Writes JSON (RFC 8259) straight into a buf, one value after the other: records are written
 * far more often than read, and a tree for each would cost more than the TLS handshake's share.
 * Reading is jansson's work; its names json_object, json_array and their like are why ours say
 * "put": a program that exported those would have jansson call it instead of itself.
 *
 * Inside an object every call names its key; inside an array, and at the top, key is NULL. What is
 * not UTF-8 in a key becomes U+FFFD; values lose nothing.
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;

struct json {
	struct buf *out;
	bool comma;
};

/* Borrows out; appends to what is there. */
void json_init(struct json *j, struct buf *out);
void json_put_object(struct json *j, const char *key);
void json_put_object_end(struct json *j);
void json_put_array(struct json *j, const char *key);
void json_put_array_end(struct json *j);

/* NULL is written as null. text must be UTF-8; where it is not, as json_put_bytes does. */
void json_put_string(struct json *j, const char *key, const char *text);
/*
 * As json_put_string for bytes with a length. Not UTF-8: {"format":"base64","data":"..."}, as OONI
 * has it.
 */
void json_put_bytes(struct json *j, const char *key, const void *data, size_t len);
/* Always {"format":"base64","data":"..."}. */
void json_put_base64(struct json *j, const char *key, const void *data, size_t len);
/* A plain string of base64, for the few keys that are always that. */
void json_put_base64_text(struct json *j, const char *key, const void *data, size_t len);
void json_put_int(struct json *j, const char *key, int64_t v);
/* Shortest text that reads back as the same double; infinities and NaN are written as null. */
void json_put_double(struct json *j, const char *key, double v);
void json_put_bool(struct json *j, const char *key, bool v);
void json_put_null(struct json *j, const char *key);

#endif
