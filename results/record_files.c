/* Which files of records the paths mean that somebody gave. */
#include "results/record_files.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/mem.h"

/* Takes path over. */
static void
add_file(struct record_files *list, char *path, int err)
{
	list->files = xreallocarray(list->files, list->n + 1, sizeof(*list->files));
	list->files[list->n++] = (struct record_file){path, err};
}

static bool
has_suffix(const char *name, size_t len, const char *suffix)
{
	size_t n = strlen(suffix);

	return len > n && memcmp(name + len - n, suffix, n) == 0;
}

/* NAME.jsonl or NAME.json, also compressed. So SEGMENT.torn, the lock and hidden files stay out. */
static bool
is_record_file(const char *name)
{
	size_t len = strlen(name);

	if (name[0] == '.')
		return false;
	if (has_suffix(name, len, ".gz"))
		len -= 3;
	else if (has_suffix(name, len, ".zst"))
		len -= 4;
	return has_suffix(name, len, ".jsonl") || has_suffix(name, len, ".json");
}

static int
by_path(const void *a, const void *b)
{
	return strcmp(((const struct record_file *)a)->path, ((const struct record_file *)b)->path);
}

/* A file of a directory: other things that happen to have the right name are none of ours. */
static void
add_entry(struct record_files *list, char *path)
{
	struct stat st;

	if (stat(path, &st) == -1)
		add_file(list, path, errno);
	else if (!S_ISREG(st.st_mode))
		free(path);
	else {
		add_file(list, path, 0);
		list->bytes += st.st_size;
	}
}

static void
add_directory(struct record_files *list, const char *path)
{
	size_t first = list->n, len = strlen(path);
	const struct dirent *entry;
	DIR *dir = opendir(path);

	if (dir == NULL) {
		add_file(list, xstrdup(path), errno);
		return;
	}
	while (len > 1 && path[len - 1] == '/')
		len--;
	while ((entry = readdir(dir)) != NULL)
		if (is_record_file(entry->d_name))
			add_entry(list, xasprintf("%.*s/%s", (int)len, path, entry->d_name));
	closedir(dir);
	if (list->n > first)
		qsort(list->files + first, list->n - first, sizeof(*list->files), by_path);
}

static void
add_path(struct record_files *list, const char *path)
{
	struct stat st;

	if (strcmp(path, "-") == 0) {
		add_file(list, xstrdup(path), 0);
		list->endless = true;
	} else if (stat(path, &st) == -1)
		add_file(list, xstrdup(path), errno);
	else if (S_ISDIR(st.st_mode))
		add_directory(list, path);
	else {
		add_file(list, xstrdup(path), 0);
		if (S_ISREG(st.st_mode))
			list->bytes += st.st_size;
		else
			list->endless = true;
	}
}

void
record_files_list(struct record_files *list, char *const *paths, size_t n)
{
	size_t i;

	*list = (struct record_files){0};
	for (i = 0; i < n; i++)
		add_path(list, paths[i]);
}

/* By its name; false also for what is no segment. */
static bool
began_after(const char *path, time_t second)
{
	char name[64];
	const char *base = strrchr(path, '/');
	struct tm tm;

	base = base != NULL ? base + 1 : path;
	return strncmp(base, "netvane-", strlen("netvane-")) == 0 && gmtime_r(&second, &tm) != NULL &&
	    strftime(name, sizeof(name), "netvane-%Y%m%dT%H%M%SZ", &tm) > 0 && strncmp(base, name, strlen(name)) >= 0;
}

void
record_files_newer(struct record_files *list, int64_t wall_us)
{
	time_t second = (time_t)(wall_us / 1000000);
	size_t i, n = 0;
	struct stat st;

	for (i = 0; i < list->n; i++) {
		if (stat(list->files[i].path, &st) == 0 && S_ISREG(st.st_mode) && st.st_mtime < second &&
		    !began_after(list->files[i].path, second)) {
			list->bytes -= st.st_size;
			free(list->files[i].path);
		} else
			list->files[n++] = list->files[i];
	}
	list->n = n;
}

void
record_files_clear(struct record_files *list)
{
	size_t i;

	for (i = 0; i < list->n; i++)
		free(list->files[i].path);
	free(list->files);
	*list = (struct record_files){0};
}
