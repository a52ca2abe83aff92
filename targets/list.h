/*
 * Lists of targets: Citizen Lab's CSV columns (url, category_code, category_description, date_added, source, notes; by the header's
 * names, in any order, the url column required; ';' or tabs for ',' will do), or plain text with one URL or host a line ('#' begins a comment).
 */
#ifndef TARGETS_LIST_H
#define TARGETS_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "targets/target.h"

struct list {
	char *name; /* the built-in's name; or the file's, without directory and .csv, .tsv, .txt; "stdin" */
	struct target *targets;
	size_t n;
	size_t bad; /* lines left out under LIST_SKIP_BAD */
	size_t duplicates; /* lines left out because the same URL stood before */
};

/*
 * What the reader meets: file and line, and what is wrong (a bad line) or worth knowing (a
 * duplicate, an unknown category code). `fatal` tells the two apart.
 */
typedef void list_report(const char *file, int line, bool fatal, const char *message, void *arg);

enum list_flags { LIST_SKIP_BAD = 1 };

/*
 * Loads a built-in list by name or a file by path ("-": standard input). Every bad line is reported; without LIST_SKIP_BAD they make
 * the result -1 (after all of the file was read, so that one run names every bad line). Duplicates are left out and
 * counted. A list without any target is bad, too. Returns 0; -1 bad data; -2 cannot be read (reported with line 0).
 * Free with list_clear, also after failure.
 */
int list_load(const char *name, int flags, list_report *report, void *arg, struct list *list);
/* The same over bytes in memory. Pure: fuzzed. */
int list_parse(const char *name, const char *data, size_t len, int flags, list_report *report,
    void *arg, struct list *list);
void list_clear(struct list *list);

/* Appends the header line, and one line for a target, as list_parse reads them. */
struct buf;
void list_write_head(struct buf *out);
void list_write_target(struct buf *out, const struct target *target);

/* The built-in lists. dir is where they are installed; $NETVANE_DATADIR overrides it (for tests and for a tree not yet installed). */
struct list_builtin {
	const char *name;
	const char *about; /* one line */
	bool by_default; /* measured when nobody names a list */
};
extern const struct list_builtin list_builtins[];
extern const size_t list_nbuiltins;
/* The file of a built-in list (to free), or NULL when `name` is none. */
char *list_builtin_path(const char *name);

#endif
