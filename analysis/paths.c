/* Directories below directories. */
#include "analysis/paths.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"

/* Deeper than any archive; a loop of mounts shall end somewhere. */
enum { DEPTH_MAX = 32 };

static int
by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int
is_not_hidden(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static bool
is_directory(const char *path, bool follow)
{
	struct stat st;

	return (follow ? stat : lstat)(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* Takes path over. */
static void
add_path(struct paths *paths, char *path)
{
	paths->list = xreallocarray(paths->list, paths->n + 1, sizeof(*paths->list));
	paths->list[paths->n++] = path;
}

/* What cannot be read is for the reader to say. */
static void
add_below(struct paths *paths, const char *directory, int depth)
{
	size_t len = strlen(directory);
	struct dirent **entries;
	int n = scandir(directory, &entries, is_not_hidden, by_name), i;
	char *path;

	while (len > 1 && directory[len - 1] == '/')
		len--;
	for (i = 0; i < n; i++) {
		path = xasprintf("%.*s/%s", (int)len, directory, entries[i]->d_name);
		free(entries[i]);
		if (!is_directory(path, false)) {
			free(path);
			continue;
		}
		add_path(paths, path);
		if (depth < DEPTH_MAX)
			add_below(paths, path, depth + 1);
	}
	if (n >= 0)
		free(entries);
}

void
paths_list(struct paths *paths, char *const *given, size_t n)
{
	size_t i;

	*paths = (struct paths){NULL, 0};
	for (i = 0; i < n; i++) {
		add_path(paths, xstrdup(given[i]));
		if (strcmp(given[i], "-") != 0 && is_directory(given[i], true))
			add_below(paths, given[i], 1);
	}
}

void
paths_clear(struct paths *paths)
{
	size_t i;

	for (i = 0; i < paths->n; i++)
		free(paths->list[i]);
	free(paths->list);
	*paths = (struct paths){NULL, 0};
}
