/* Which files are to be read, and what was read of them. */
#include "analysis/store_fill.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <sys/stat.h>

#include "analysis/ingest.h"
#include "analysis/options.h"
#include "analysis/paths.h"
#include "analysis/store.h"
#include "base/log.h"
#include "base/mem.h"
#include "results/record_files.h"

/* As they are before they are read: what is added to one meanwhile makes it another. */
struct fresh {
	char **paths;
	struct stat *stats;
	size_t n, known;
};

static bool
is_known(struct store *store, const char *path, struct stat *st)
{
	return strcmp(path, "-") != 0 && stat(path, st) == 0 && S_ISREG(st->st_mode) && store_has_file(store, path, st);
}

/* What cannot be read is among them: to say so is the reader's business. */
static void
find_fresh(struct store *store, const struct record_files *files, struct fresh *fresh)
{
	size_t i;

	*fresh = (struct fresh){.paths = xcalloc(files->n, sizeof(*fresh->paths)),
	    .stats = xcalloc(files->n, sizeof(*fresh->stats))};
	for (i = 0; i < files->n; i++)
		if (is_known(store, files->files[i].path, &fresh->stats[fresh->n]))
			fresh->known++;
		else
			fresh->paths[fresh->n++] = files->files[i].path;
}

static int
read_fresh(struct store *store, const struct options *options, const struct fresh *fresh, struct ingest_counts *counts)
{
	struct options all = *options;
	struct ingest *ingest;
	struct record record;
	size_t i;
	int code;

	filter_init(&all.filter);
	all.filter.controls = true;
	all.paths = fresh->paths;
	all.npaths = fresh->n;
	ingest = ingest_new_unseen(&all, store);
	while (ingest_next(ingest, &record) == 1)
		store_add(store, &record);
	*counts = *ingest_counts(ingest);
	code = ingest_end(ingest);
	for (i = 0; i < fresh->n && (code == EX_OK || !options->strict); i++)
		if (S_ISREG(fresh->stats[i].st_mode) && !ingest_could_not_read(ingest, fresh->paths[i]))
			store_add_file(store, fresh->paths[i], &fresh->stats[i]);
	ingest_free(ingest);
	return code;
}

int
store_fill(struct store *store, const struct options *options)
{
	struct ingest_counts counts = {0}, before = {0};
	struct record_files files;
	struct paths paths;
	struct fresh fresh;
	int code = EX_OK;

	paths_list(&paths, options->paths, options->npaths);
	record_files_list(&files, paths.list, paths.n);
	find_fresh(store, &files, &fresh);
	if (fresh.known > 0)
		log_info("%zu of %zu files are in the store already", fresh.known, files.n);
	store_counts(store, &before);
	if (fresh.n > 0)
		code = read_fresh(store, options, &fresh, &counts);
	store_settle(store, &counts);
	/* What is bad among what is good keeps nobody from an answer. */
	if (!options->strict && before.records > 0)
		code = EX_OK;
	free(fresh.paths);
	free(fresh.stats);
	record_files_clear(&files);
	paths_clear(&paths);
	return code;
}
