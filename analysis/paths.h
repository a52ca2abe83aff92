/* Paths with the directories below them, as an archive has them: by day, hour, country and test. */
#ifndef ANALYSIS_PATHS_H
#define ANALYSIS_PATHS_H

#include <stddef.h>

struct paths {
	char **list;
	size_t n;
};

/*
 * Each path as it is; behind a directory those in it, in the order of their names, at any depth. Hidden ones are left out, and
 * links are not followed, except those that were given. Free with paths_clear.
 */
void paths_list(struct paths *paths, char *const *given, size_t n);
void paths_clear(struct paths *paths);

#endif
