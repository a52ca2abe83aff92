/* Records that wait to be sent. */
#include "probe/outbox.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/directory.h"
#include "base/log.h"
#include "base/mem.h"

static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
static const char suffix[] = ".json", unfinished[] = ".json.new";

/* NUMBER_DIGITS: hexadecimal. Far more records than there will ever be are below NUMBER_END. */
enum { NUMBER_DIGITS = 16 };
static const uint64_t number_end = UINT64_C(1) << 62;

struct item {
	uint64_t number;
	char id[OUTBOX_ID_SIZE];
	size_t len;
	char *body; /* NULL: it is in its file */
};

struct outbox {
	char *dir;
	size_t most, most_bytes;
	struct item *items; /* the oldest first */
	size_t n, bytes;
	uint64_t next;
	uint64_t dropped, dropped_told;
	bool said_full, said_unwritten, said_unremoved;
};

/* --- names ----------------------------------------------------------------------------------- */

/* Takes a name with this end apart. */
static bool
parse_name(const char *name, const char *end, uint64_t *number, char id[OUTBOX_ID_SIZE])
{
	size_t len = strlen(name), end_len = strlen(end), id_len;

	if (strspn(name, "0123456789abcdef") != NUMBER_DIGITS || name[NUMBER_DIGITS] != '-')
		return false;
	id_len = strspn(name + NUMBER_DIGITS + 1, letters);
	if (id_len == 0 || id_len >= OUTBOX_ID_SIZE || len != NUMBER_DIGITS + 1 + id_len + end_len ||
	    strcmp(name + len - end_len, end) != 0)
		return false;
	*number = strtoull(name, NULL, 16);
	memcpy(id, name + NUMBER_DIGITS + 1, id_len);
	id[id_len] = '\0';
	return *number < number_end;
}

bool
outbox_name_parse(const char *name, uint64_t *number, char id[OUTBOX_ID_SIZE])
{
	return parse_name(name, suffix, number, id);
}

static char *
item_path(const struct outbox *o, const struct item *item, const char *end)
{
	return xasprintf("%s/%016" PRIx64 "-%s%s", o->dir, item->number, item->id, end);
}

/* --- files ----------------------------------------------------------------------------------- */

static int
sync_directory(const char *dir)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), result;

	if (fd < 0)
		return -1;
	result = directory_sync(fd);
	close(fd);
	return result;
}

/* Returns 0, or -1 with errno. */
static int
write_body(const char *path, const char *body, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600), err;
	ssize_t n;

	if (fd < 0)
		return -1;
	n = write(fd, body, len);
	if (n >= 0 && (size_t)n < len)
		errno = ENOSPC;
	else if (n >= 0 && fsync(fd) == 0) {
		close(fd);
		return 0;
	}
	err = errno;
	close(fd);
	errno = err;
	return -1;
}

/* Puts an item's body from memory into its file. Returns 0, or -1 after logging (once, until it works). */
static int
save(struct outbox *o, struct item *item)
{
	char *path = item_path(o, item, suffix), *fresh = item_path(o, item, unfinished);
	int result = 0;

	if (directory_make(o->dir) != 0 || write_body(fresh, item->body, item->len) != 0 ||
	    rename(fresh, path) != 0 || sync_directory(o->dir) != 0) {
		if (!o->said_unwritten)
			log_warn("%s cannot be written: what waits to be sent waits in memory", path);
		unlink(fresh);
		result = -1;
	} else {
		free(item->body);
		item->body = NULL;
	}
	o->said_unwritten = result != 0;
	free(fresh);
	free(path);
	return result;
}

/* What is in memory only, until the first that cannot be written. */
static void
save_rest(struct outbox *o)
{
	size_t i;

	for (i = 0; i < o->n; i++)
		if (o->items[i].body != NULL && save(o, &o->items[i]) != 0)
			return;
}

static void
remove_file(struct outbox *o, const struct item *item)
{
	char *path = item_path(o, item, suffix);
	bool failed = unlink(path) != 0 && errno != ENOENT;

	if (failed && !o->said_unremoved)
		log_warn("%s cannot be removed: it will be sent again when netvane is started anew", path);
	o->said_unremoved = failed;
	free(path);
}

/* --- the queue ------------------------------------------------------------------------------- */

static void
take_out(struct outbox *o, size_t i)
{
	remove_file(o, &o->items[i]);
	free(o->items[i].body);
	o->bytes -= o->items[i].len;
	o->n--;
	memmove(&o->items[i], &o->items[i + 1], (o->n - i) * sizeof(*o->items));
}

static void
tell_dropped(struct outbox *o)
{
	uint64_t n = o->dropped - o->dropped_told;

	if (n > 0)
		log_warnx("%" PRIu64 " record%s that waited in %s gave way and %s not sent", n,
		    n == 1 ? "" : "s", o->dir, n == 1 ? "was" : "were");
	o->dropped_told = o->dropped;
	o->said_full = false;
}

static void
keep_bounds(struct outbox *o)
{
	while (o->n > o->most || o->bytes > o->most_bytes) {
		take_out(o, 0);
		o->dropped++;
		if (!o->said_full)
			log_warnx("%s is full: of what waits to be sent the oldest gives way (the "
				  "results have it all the same)", o->dir);
		o->said_full = true;
	}
}

static size_t
find(const struct outbox *o, const char *id)
{
	size_t i;

	for (i = 0; i < o->n; i++)
		if (strcmp(o->items[i].id, id) == 0)
			break;
	return i;
}

static struct item *
push(struct outbox *o, uint64_t number, const char *id, size_t len)
{
	struct item *item;

	o->items = xreallocarray(o->items, o->n + 1, sizeof(*o->items));
	item = &o->items[o->n++];
	*item = (struct item){.number = number, .len = len};
	strcpy(item->id, id);
	o->bytes += len;
	if (number >= o->next)
		o->next = number + 1;
	return item;
}

void
outbox_add(struct outbox *o, const char *id, const void *body, size_t len)
{
	size_t id_len = strspn(id, letters);
	struct item *item;

	assert(id_len > 0 && id_len < OUTBOX_ID_SIZE && id[id_len] == '\0');
	if (find(o, id) < o->n)
		return;
	item = push(o, o->next, id, len);
	item->body = xmemdup(body, len);
	save_rest(o);
	keep_bounds(o);
}

const char *
outbox_first(const struct outbox *o)
{
	return o->n > 0 ? o->items[0].id : NULL;
}

void
outbox_remove(struct outbox *o, const char *id)
{
	size_t i = find(o, id);

	if (i < o->n)
		take_out(o, i);
	if (o->n == 0)
		tell_dropped(o);
}

size_t
outbox_waiting(const struct outbox *o)
{
	return o->n;
}

uint64_t
outbox_dropped(const struct outbox *o)
{
	return o->dropped;
}

/* False with errno; 0: it is not what was written. */
static bool
read_body(const char *path, size_t len, struct buf *body)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK), err;
	ssize_t n;

	if (fd < 0)
		return false;
	n = read(fd, buf_room(body, len + 1), len + 1);
	err = n < 0 ? errno : 0;
	close(fd);
	errno = err;
	if (n < 0 || (size_t)n != len)
		return false;
	body->len += len;
	body->data[body->len] = '\0';
	return true;
}

bool
outbox_read(struct outbox *o, struct buf *body)
{
	const struct item *item = &o->items[0];
	char *path;
	bool good;

	assert(o->n > 0);
	if (item->body != NULL) {
		buf_add(body, item->body, item->len);
		return true;
	}
	path = item_path(o, item, suffix);
	good = read_body(path, item->len, body);
	if (!good) {
		if (errno != 0)
			log_warn("%s cannot be read, and is not sent", path);
		else
			log_warnx("%s was changed by somebody, and is not sent", path);
		o->dropped++;
		o->dropped_told++;
		take_out(o, 0);
	}
	free(path);
	return good;
}

/* --- what an earlier process left ------------------------------------------------------------ */

static void
take_up(struct outbox *o, const char *name)
{
	char id[OUTBOX_ID_SIZE], *path = xasprintf("%s/%s", o->dir, name);
	uint64_t number;
	struct stat st;

	if (parse_name(name, unfinished, &number, id))
		unlink(path);
	else if (outbox_name_parse(name, &number, id) && lstat(path, &st) == 0 && S_ISREG(st.st_mode)) {
		if (st.st_size > 0 && (uintmax_t)st.st_size <= o->most_bytes)
			push(o, number, id, (size_t)st.st_size);
		else {
			log_warnx("%s can be no record that waits to be sent, and is removed", path);
			unlink(path);
		}
	}
	free(path);
}

static int
by_number(const void *a, const void *b)
{
	const struct item *x = a, *y = b;

	return x->number < y->number ? -1 : x->number > y->number;
}

/* Of two files with one id, which only other hands can have made, the newer one goes. */
static void
drop_doubles(struct outbox *o)
{
	size_t i = 1;

	while (i < o->n) {
		if (find(o, o->items[i].id) == i) {
			i++;
			continue;
		}
		log_warnx("%s has %s twice; the second one is removed", o->dir, o->items[i].id);
		take_out(o, i);
	}
}

struct outbox *
outbox_open(const char *dir, size_t most, size_t most_bytes)
{
	struct outbox *o = xcalloc(1, sizeof(*o));
	const struct dirent *entry;
	DIR *files;

	o->dir = xstrdup(dir);
	o->most = most;
	o->most_bytes = most_bytes;
	files = opendir(dir);
	if (files == NULL && errno != ENOENT)
		log_warn("%s cannot be read: what waits there is not sent", dir);
	while (files != NULL && (entry = readdir(files)) != NULL)
		take_up(o, entry->d_name);
	if (files != NULL)
		closedir(files);
	if (o->n > 0)
		qsort(o->items, o->n, sizeof(*o->items), by_number);
	drop_doubles(o);
	keep_bounds(o);
	return o;
}

void
outbox_close(struct outbox *o)
{
	size_t i, lost = 0;

	if (o == NULL)
		return;
	save_rest(o);
	for (i = 0; i < o->n; i++) {
		lost += o->items[i].body != NULL;
		free(o->items[i].body);
	}
	if (lost > 0)
		log_warnx("%zu record%s that waited to be sent could not be kept in %s", lost,
		    lost == 1 ? "" : "s", o->dir);
	tell_dropped(o);
	free(o->items);
	free(o->dir);
	free(o);
}
