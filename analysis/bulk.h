/*
 * Parses lines of JSON fast: with simdjson where configure found it, else, and where simdjson's view of the text would
 * differ from jansson's, with jansson. What comes out is the same either way. One parser a thread.
 */
#ifndef ANALYSIS_BULK_H
#define ANALYSIS_BULK_H

#include <stdbool.h>
#include <stddef.h>

struct bulk;
struct node;

/* What must be readable behind a line, whatever is there. */
enum { BULK_PADDING = 64 };

/* `plain`: jansson alone, as without simdjson. */
struct bulk *bulk_new(bool plain);
void bulk_free(struct bulk *bulk);
/*
 * As json_doc_parse, and BULK_PADDING bytes after the text must be readable. The nodes are good until the next call. With
 * `brief` the lists in a record may be empty, as measurement_of's MEASUREMENT_BRIEF leaves them out anyway; but all of the text
 * is checked.
 */
const struct node *bulk_parse(
    struct bulk *bulk, const char *text, size_t len, bool brief, char *error, size_t size);
/* Gives back what a big text needed; its nodes are gone. */
void bulk_trim(struct bulk *bulk);
/* "simdjson 3.0.1, icelake" or "jansson 2.14": who parses. */
const char *bulk_parser_name(const struct bulk *bulk);

#endif
