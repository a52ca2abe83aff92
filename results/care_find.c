/* A record, by its id, in the segments that are not sealed. */
#include "results/care_find.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "results/record_lines.h"
#include "results/record_look.h"
#include "results/segment.h"

/* Most of it is read past: looking for bytes costs a tenth of what understanding a record does. */
enum { CHEAP = 8 };

struct care_find {
	int dir_fd;
	char id[RECORD_LOOK_ID_SIZE];
	struct segments list;
	int err; /* there is no list */
	size_t left; /* segments not looked at */
	int fd; /* of the one at hand; -1 none */
	struct record_lines lines;
	bool found;
	char block[64 * 1024];
};

struct care_find *
care_find_new(int dir_fd, const char *id)
{
	struct care_find *find = xcalloc(1, sizeof(*find));

	find->dir_fd = dir_fd;
	find->fd = -1;
	snprintf(find->id, sizeof(find->id), "%s", id);
	if (segments_list(dir_fd, &find->list) == -1)
		find->err = errno;
	find->left = find->list.n;
	return find;
}

void
care_find_free(struct care_find *find)
{
	if (find == NULL)
		return;
	if (find->fd != -1)
		close(find->fd);
	record_lines_drop(&find->lines);
	segments_clear(&find->list);
	free(find);
}

/* A line may hold the id in another place: as evidence, for example. */
static void
look(const struct record_piece *piece, void *arg)
{
	struct care_find *find = arg;
	struct record_look seen;

	if (find->found || memmem(piece->data, piece->len, find->id, strlen(find->id)) == NULL)
		return;
	record_look_at_piece(piece, &seen);
	find->found = strcmp(seen.id, find->id) == 0;
}

/* Opens the next segment that is not sealed; -1 with errno, 0 when there is none left. */
static int
open_next(struct care_find *find)
{
	const struct segment *segment;

	while (find->left > 0) {
		segment = &find->list.items[--find->left];
		if (segment->bytes[SEGMENT_PLAIN] < 0)
			continue;
		find->fd = openat(find->dir_fd, segment->name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
		return find->fd == -1 ? -1 : 1;
	}
	return 0;
}

/* A process that was killed may have appended the record and not come to syncing it. */
static enum care_step
end(struct care_find *find, bool *found)
{
	*found = find->found;
	return find->found && fdatasync(find->fd) == -1 ? CARE_FAILED : CARE_DONE;
}

enum care_step
care_find_step(struct care_find *find, size_t budget, bool *found)
{
	size_t done = 0;
	ssize_t n;
	int opened;

	if (find->err != 0) {
		errno = find->err;
		return CARE_FAILED;
	}
	while (done < budget * CHEAP) {
		opened = find->fd == -1 ? open_next(find) : 1;
		if (opened == 0)
			return end(find, found);
		if (opened == -1)
			return CARE_FAILED;
		n = read(find->fd, find->block, sizeof(find->block));
		if (n == -1 && errno != EINTR)
			return CARE_FAILED;
		if (n > 0) {
			record_lines_feed(&find->lines, find->block, (size_t)n, look, find);
			done += (size_t)n;
		}
		if (find->found)
			return end(find, found);
		if (n == 0) {
			record_lines_drop(&find->lines);
			close(find->fd);
			find->fd = -1;
		}
	}
	return CARE_MORE;
}
