/* The journal's files, by their names. What is in them is the business of others. */
#include "results/segment.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

/* A 0 stands for any digit. */
static const char pattern[] = "netvane-00000000T000000Z-0000.jsonl";

static const char *const suffixes[SEGMENT_FILE_MAX] = {
    [SEGMENT_PLAIN] = "",
    [SEGMENT_ZST] = ".zst",
    [SEGMENT_GZ] = ".gz",
    [SEGMENT_TORN] = ".torn",
    [SEGMENT_PART] = ".zst.part",
    [SEGMENT_THIN] = ".zst.thin",
};

enum { NAME_LEN = sizeof(pattern) - 1, DAY_AT = 8 };
_Static_assert(sizeof(pattern) == SEGMENT_NAME_SIZE, "a segment's name");

static bool
begins_with_name(const char *file)
{
	size_t i;

	for (i = 0; i < NAME_LEN; i++)
		if (pattern[i] == '0' ? !isdigit((unsigned char)file[i]) : file[i] != pattern[i])
			return false;
	return true;
}

bool
segment_is_name(const char *name)
{
	return begins_with_name(name) && name[NAME_LEN] == '\0';
}

bool
segment_parse(const char *file, char name[SEGMENT_NAME_SIZE], enum segment_file *which)
{
	unsigned i;

	if (!begins_with_name(file))
		return false;
	for (i = 0; i < SEGMENT_FILE_MAX; i++)
		if (strcmp(file + NAME_LEN, suffixes[i]) == 0) {
			memcpy(name, file, NAME_LEN);
			name[NAME_LEN] = '\0';
			*which = (enum segment_file)i;
			return true;
		}
	return false;
}

char *
segment_file_name(const char *name, enum segment_file which, char out[SEGMENT_FILE_SIZE])
{
	snprintf(out, SEGMENT_FILE_SIZE, "%s%s", name, suffixes[which]);
	return out;
}

char *
segment_day(const char *name, char out[SEGMENT_DAY_SIZE])
{
	const char *day = name + DAY_AT;

	snprintf(out, SEGMENT_DAY_SIZE, "%.4s-%.2s-%.2s", day, day + 4, day + 6);
	return out;
}

enum segment_file
segment_main_file(const struct segment *segment)
{
	static const enum segment_file mains[] = {SEGMENT_ZST, SEGMENT_GZ, SEGMENT_PLAIN};
	size_t i;

	for (i = 0; i < sizeof(mains) / sizeof(mains[0]); i++)
		if (segment->bytes[mains[i]] >= 0)
			return mains[i];
	return SEGMENT_FILE_MAX;
}

int64_t
segment_bytes(const struct segment *segment)
{
	int64_t sum = 0;
	unsigned i;

	for (i = 0; i < SEGMENT_FILE_MAX; i++)
		if (segment->bytes[i] > 0)
			sum += segment->bytes[i];
	return sum;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(((const struct segment *)a)->name, ((const struct segment *)b)->name);
}

/* The directory may list the files of one segment far apart: they are put together after sorting. */
static void
add(struct segments *list, const char *name, enum segment_file which, int64_t bytes)
{
	struct segment *segment;
	unsigned i;

	/* By doubling: each power of two is where the room ends. */
	if ((list->n & (list->n - 1)) == 0)
		list->items = xreallocarray(
		    list->items, list->n == 0 ? 1 : 2 * list->n, sizeof(*list->items));
	segment = &list->items[list->n++];
	snprintf(segment->name, sizeof(segment->name), "%s", name);
	for (i = 0; i < SEGMENT_FILE_MAX; i++)
		segment->bytes[i] = i == which ? bytes : -1;
}

static void
merge(struct segments *list)
{
	size_t from, to = 0;
	unsigned i;

	if (list->n == 0)
		return;
	qsort(list->items, list->n, sizeof(*list->items), by_name);
	for (from = 1; from < list->n; from++) {
		if (strcmp(list->items[from].name, list->items[to].name) != 0) {
			list->items[++to] = list->items[from];
			continue;
		}
		for (i = 0; i < SEGMENT_FILE_MAX; i++)
			if (list->items[from].bytes[i] >= 0)
				list->items[to].bytes[i] = list->items[from].bytes[i];
	}
	list->n = to + 1;
}

int
segments_list(int dir_fd, struct segments *list)
{
	char name[SEGMENT_NAME_SIZE];
	const struct dirent *entry;
	enum segment_file which;
	struct stat st;
	int fd, err;
	DIR *dir;

	*list = (struct segments){0};
	fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	dir = fd == -1 ? NULL : fdopendir(fd);
	if (dir == NULL) {
		if (fd != -1)
			close(fd);
		return -1;
	}
	/* A file that is gone by the time we look is none; what is no file is nothing of ours. */
	while (errno = 0, (entry = readdir(dir)) != NULL)
		if (segment_parse(entry->d_name, name, &which) &&
		    fstatat(dir_fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		    S_ISREG(st.st_mode))
			add(list, name, which, st.st_size);
	err = errno;
	closedir(dir);
	if (err != 0)
		segments_clear(list);
	merge(list);
	errno = err;
	return err == 0 ? 0 : -1;
}

void
segments_clear(struct segments *list)
{
	free(list->items);
	*list = (struct segments){0};
}

struct segment *
segments_find(const struct segments *list, const char *name)
{
	struct segment key;

	if (list->n == 0 || !segment_is_name(name))
		return NULL;
	snprintf(key.name, sizeof(key.name), "%s", name);
	return bsearch(&key, list->items, list->n, sizeof(key), by_name);
}
