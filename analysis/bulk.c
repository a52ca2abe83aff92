/* Fast parsing, with the slow parser behind it for whatever is odd. */
#include "config.h"

#include "analysis/bulk.h"

#include <stdlib.h>
#include <jansson.h>

#include "analysis/bulk_simdjson.h"
#include "base/mem.h"
#include "results/json_node.h"

struct bulk {
	struct json_doc *doc;
	struct simd *simd; /* NULL: jansson alone */
};

struct bulk *
bulk_new(bool plain)
{
	struct bulk *bulk = xcalloc(1, sizeof(*bulk));

	bulk->doc = json_doc_new();
#ifdef HAVE_SIMDJSON
	if (!plain)
		bulk->simd = simd_new();
#else
	(void)plain;
#endif
	return bulk;
}

void
bulk_free(struct bulk *bulk)
{
	if (bulk == NULL)
		return;
#ifdef HAVE_SIMDJSON
	simd_free(bulk->simd);
#endif
	json_doc_free(bulk->doc);
	free(bulk);
}

const struct node *
bulk_parse(struct bulk *bulk, const char *text, size_t len, bool brief, char *error, size_t size)
{
#ifdef HAVE_SIMDJSON
	const struct node *root = NULL;

	if (bulk->simd != NULL && !json_doc_is_too_much(text, len))
		root = simd_parse(bulk->simd, text, len, brief, bulk->doc);
	if (root != NULL)
		return root;
#else
	(void)brief;
#endif
	return json_doc_parse(bulk->doc, text, len, false, error, size);
}

void
bulk_trim(struct bulk *bulk)
{
#ifdef HAVE_SIMDJSON
	if (bulk->simd != NULL)
		simd_trim(bulk->simd);
#endif
	json_doc_free(bulk->doc);
	bulk->doc = json_doc_new();
}

const char *
bulk_parser_name(const struct bulk *bulk)
{
#ifdef HAVE_SIMDJSON
	if (bulk->simd != NULL)
		return simd_name();
#else
	(void)bulk;
#endif
	return "jansson " JANSSON_VERSION;
}
