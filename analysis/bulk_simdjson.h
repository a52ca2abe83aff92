/* simdjson, as C sees it: bulk.c's own. Without simdjson there is none of it. */
#ifndef ANALYSIS_BULK_SIMDJSON_H
#define ANALYSIS_BULK_SIMDJSON_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

struct json_doc;
struct node;
struct simd;

struct simd *simd_new(void);
/* NULL is fine. */
void simd_free(struct simd *simd);
/*
 * The nodes of the text, in the document's room, their strings the parser's own until the next call. NULL where the text is no
 * JSON, and where jansson would see it otherwise: equal keys, NULs in keys, half surrogate pairs, integers past 64 bits.
 */
const struct node *simd_parse(
    struct simd *simd, const char *text, size_t len, bool brief, struct json_doc *doc);
/* Gives back what a big text needed. */
void simd_trim(struct simd *simd);
const char *simd_name(void);

#ifdef __cplusplus
}
#endif

#endif
