/* A set of URLs: a tree, so that no list, however made, turns loading into quadratic work. */
#include "targets/urlset.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"

struct urlset_entry {
	const char *url;
	size_t number;
};

struct urlset {
	void *root; /* tsearch(3) tree of entries */
	struct arena *entries;
};

struct urlset *
urlset_new(void)
{
	struct urlset *set = xcalloc(1, sizeof(*set));

	set->entries = arena_new();
	return set;
}

static void
keep(void *entry)
{
	(void)entry; /* dies with the arena */
}

void
urlset_free(struct urlset *set)
{
	if (set == NULL)
		return;
	tdestroy(set->root, keep);
	arena_free(set->entries);
	free(set);
}

static int
compare(const void *a, const void *b)
{
	return strcmp(((const struct urlset_entry *)a)->url, ((const struct urlset_entry *)b)->url);
}

bool
urlset_add(struct urlset *set, const char *url, size_t number, size_t *earlier)
{
	struct urlset_entry look = {url, number}, *entry;
	struct urlset_entry **found = tfind(&look, &set->root, compare);

	if (found != NULL) {
		*earlier = (*found)->number;
		return false;
	}
	entry = arena_memdup(set->entries, &look, sizeof(look));
	if (tsearch(entry, &set->root, compare) == NULL)
		log_fatalx("out of memory (a set of URLs was growing)");
	return true;
}
