/*
 * Moves torn last lines aside. They are kept, because the evidence is the volunteer's, and never
 * mended, because a guess is no evidence.
 */
#include "results/journal_torn.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/log.h"
#include "base/mem.h"
#include "results/record_reader.h"

enum { BLOCK = 64 * 1024 };

/* Where the line that ends before `end` starts: after the newline before it, or at 0. -1: errno. */
static off_t
line_start(int fd, off_t end)
{
	char block[BLOCK], *newline;
	size_t len;

	while (end > 0) {
		len = end < BLOCK ? (size_t)end : BLOCK;
		if (io_pread_all(fd, block, len, end - (off_t)len) == -1)
			return -1;
		newline = memrchr(block, '\n', len);
		if (newline != NULL)
			return end - (off_t)len + (newline - block) + 1;
		end -= (off_t)len;
	}
	return 0;
}

/* 1 the bytes are one JSON object, 0 not, -1 errno. */
static int
is_object(int fd, off_t start, off_t end)
{
	char *line;
	json_t *json;
	int is;

	if (end - start >= RECORD_LINE_MAX)
		return 0;
	line = xmalloc((size_t)(end - start));
	if (io_pread_all(fd, line, (size_t)(end - start), start) == -1) {
		free(line);
		return -1;
	}
	json = json_loadb(line, (size_t)(end - start), 0, NULL);
	is = json_is_object(json);
	json_decref(json);
	free(line);
	return is;
}

/* Where a torn last line starts; `size` when there is none; -1: errno. */
static off_t
torn_start(int fd, off_t size)
{
	off_t start;
	char last;
	int whole;

	if (size == 0)
		return size;
	if (io_pread_all(fd, &last, 1, size - 1) == -1)
		return -1;
	if (last != '\n')
		return line_start(fd, size);
	start = line_start(fd, size - 1);
	if (start == -1)
		return -1;
	whole = is_object(fd, start, size - 1);
	return whole == -1 ? -1 : whole ? size : start;
}

/* Copies [start, end) to the end of another file, and a newline where there is none. */
static int
copy(int from, int to, off_t start, off_t end)
{
	char block[BLOCK];
	size_t len = 0;

	while (start < end) {
		len = end - start < BLOCK ? (size_t)(end - start) : BLOCK;
		if (io_pread_all(from, block, len, start) == -1 || io_write_all(to, block, len) == -1)
			return -1;
		start += (off_t)len;
	}
	return len > 0 && block[len - 1] != '\n' ? io_write_all(to, "\n", 1) : 0;
}

/* The copy is on the disk before the original is cut: a crash in between leaves both, not none. */
static int
move_aside(int dir_fd, int fd, const char *name, off_t start, off_t end)
{
	char *torn = xasprintf("%s.torn", name);
	int to = openat(dir_fd, torn, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
	int failed;

	free(torn);
	if (to == -1)
		return -1;
	failed = copy(fd, to, start, end) == -1 || fsync(to) == -1 || fsync(dir_fd) == -1;
	if (close(to) == -1 || failed)
		return -1;
	return ftruncate(fd, start) == -1 ? -1 : fsync(fd);
}

static void
look_at(int dir_fd, const char *dir, const char *name)
{
	int fd = openat(dir_fd, name, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	struct stat st;
	off_t start;

	if (fd == -1) {
		log_warn("%s/%s: cannot look for a torn last line", dir, name);
		return;
	}
	if (fstat(fd, &st) == -1 || (start = torn_start(fd, st.st_size)) == -1)
		log_warn("%s/%s: cannot look for a torn last line", dir, name);
	else if (start < st.st_size && move_aside(dir_fd, fd, name, start, st.st_size) == -1)
		log_warn("%s/%s: cannot move a torn last line aside", dir, name);
	else if (start < st.st_size)
		log_warnx("%s/%s: moved a torn last line (%lld bytes, left by a crash) to %s.torn",
		    dir, name, (long long)(st.st_size - start), name);
	close(fd);
}

static bool
is_segment(const char *name)
{
	size_t len = strlen(name);

	return strncmp(name, "netvane-", 8) == 0 && len > 6 &&
	    strcmp(name + len - 6, ".jsonl") == 0;
}

void
journal_move_torn(int dir_fd, const char *dir)
{
	int fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *list = fd == -1 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	if (list == NULL) {
		log_warn("%s: cannot be searched for torn lines", dir);
		if (fd != -1)
			close(fd);
		return;
	}
	while ((entry = readdir(list)) != NULL)
		if (is_segment(entry->d_name))
			look_at(dir_fd, dir, entry->d_name);
	closedir(list);
}
