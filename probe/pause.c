/* The pause: its file's text, and the file. */
#include "probe/pause.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/directory.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/utf8.h"

static const int64_t ten_years_s = INT64_C(10) * 366 * 86400;

/* --- the text -------------------------------------------------------------------------------- */

static const char *
read_time(const char *text, int64_t *us)
{
	return clock_parse(text, us) == 0 && *us > 0 ? NULL : "it has a time that is none";
}

static const char *
read_until(struct pause *p, const char *text)
{
	if (strcmp(text, "resume") == 0)
		return NULL;
	return read_time(text, &p->until_us);
}

static const char *
read_since(struct pause *p, const char *text)
{
	return read_time(text, &p->since_us);
}

static const char *
read_reason(struct pause *p, const char *text)
{
	size_t len = strlen(text), i;

	if (len >= sizeof(p->reason) || !utf8_valid(text, len))
		return "its reason is too long, or not UTF-8";
	for (i = 0; i < len; i++)
		if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
			return "its reason has control characters";
	memcpy(p->reason, text, len + 1);
	return NULL;
}

static const struct key {
	const char *name; /* up to the value */
	const char *(*read)(struct pause *p, const char *text); /* what is wrong; NULL nothing */
} keys[] = {
    {"until = ", read_until},
    {"since = ", read_since},
    {"reason = ", read_reason},
};

enum { NKEYS = sizeof(keys) / sizeof(keys[0]), KEY_UNTIL = 0 };

/* seen: which keys there were. */
static const char *
read_line(struct pause *p, const char *line, bool seen[NKEYS])
{
	size_t i, len;

	for (i = 0; i < NKEYS; i++) {
		len = strlen(keys[i].name);
		if (strncmp(line, keys[i].name, len) != 0)
			continue;
		if (seen[i])
			return "it says something twice";
		seen[i] = true;
		return keys[i].read(p, line + len);
	}
	return "it has a line that is not known";
}

static const char *
read_lines(struct pause *p, char *text)
{
	bool seen[NKEYS] = {false};
	const char *flaw;
	char *line;

	while ((line = strsep(&text, "\n")) != NULL) {
		flaw = *line != '\0' ? read_line(p, line, seen) : NULL;
		if (flaw != NULL)
			return flaw;
	}
	return seen[KEY_UNTIL] ? NULL : "it does not say until when";
}

/* Until somebody resumes, because of a flaw. */
static void
pause_in_doubt(struct pause *p, const char *flaw)
{
	*p = (struct pause){.there = true, .flaw = flaw};
}

void
pause_parse(struct pause *p, const char *text, size_t len)
{
	const char *flaw = "it is too long, or holds zero bytes";
	char *copy;

	*p = (struct pause){.there = true};
	if (len <= PAUSE_FILE_MAX && memchr(text, '\0', len) == NULL) {
		copy = xstrndup(text, len);
		flaw = read_lines(p, copy);
		free(copy);
	}
	if (flaw != NULL)
		pause_in_doubt(p, flaw);
}

void
pause_write(const struct pause *p, struct buf *out)
{
	char text[CLOCK_TEXT_SIZE];

	buf_printf(out, "until = %s\n", p->until_us > 0 ? clock_rfc3339(p->until_us, text) : "resume");
	if (p->since_us > 0)
		buf_printf(out, "since = %s\n", clock_rfc3339(p->since_us, text));
	if (p->reason[0] != '\0')
		buf_printf(out, "reason = %s\n", p->reason);
}

bool
pause_holds(const struct pause *p, int64_t wall_us)
{
	return p->there && (p->until_us == 0 || wall_us < p->until_us);
}

void
pause_words(const struct pause *p, struct buf *out)
{
	char text[CLOCK_TEXT_SIZE];

	if (!p->there) {
		buf_puts(out, "not paused");
		return;
	}
	/* Without the fraction. */
	if (p->until_us > 0)
		buf_printf(out, "paused until %.19sZ", clock_rfc3339(p->until_us, text));
	else
		buf_puts(out, "paused until 'netvane resume'");
	if (p->flaw != NULL)
		buf_printf(out, " (the file 'paused' is to blame: %s)", p->flaw);
	else if (p->reason[0] != '\0')
		buf_printf(out, " (%s)", p->reason);
}

int64_t
pause_duration(const char *text)
{
	static const char units[] = "wdhms";
	static const int64_t seconds[] = {604800, 86400, 3600, 60, 1};
	const char *unit, *next = units;
	int64_t sum = 0;
	size_t len;

	while (*text != '\0') {
		len = strspn(text, "0123456789");
		unit = len > 0 && len <= 9 && text[len] != '\0' ? strchr(next, text[len]) : NULL;
		if (unit == NULL)
			return -1;
		sum += strtoll(text, NULL, 10) * seconds[unit - units];
		next = unit + 1;
		text += len + 1;
		text += strspn(text, " ");
	}
	return sum >= 1 && sum <= ten_years_s ? sum : -1;
}

/* --- the file -------------------------------------------------------------------------------- */

static char *
pause_path(const char *state_dir)
{
	return xasprintf("%s/paused", state_dir);
}

/* Up to one byte more than may be. Returns the length, or -1. */
static ssize_t
read_all(int fd, char text[PAUSE_FILE_MAX + 1])
{
	size_t len = 0;
	ssize_t n;

	while ((n = read(fd, text + len, PAUSE_FILE_MAX + 1 - len)) > 0)
		len += (size_t)n;
	return n < 0 ? -1 : (ssize_t)len;
}

void
pause_read(const char *state_dir, struct pause *p)
{
	char text[PAUSE_FILE_MAX + 1], *path = pause_path(state_dir);
	/* A fifo would keep us waiting. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	int err = errno;
	ssize_t len;

	free(path);
	*p = (struct pause){.there = false};
	if (fd < 0) {
		if (err != ENOENT && err != ENOTDIR)
			pause_in_doubt(p, "it cannot be opened");
		return;
	}
	len = read_all(fd, text);
	close(fd);
	if (len < 0)
		pause_in_doubt(p, "it cannot be read");
	else
		pause_parse(p, text, (size_t)len);
}

/* Root may pause a service whose user could not read root's file. */
static int
give_to_owner(int fd, const char *state_dir)
{
	struct stat st;

	if (geteuid() != 0)
		return 0;
	return stat(state_dir, &st) == 0 ? fchown(fd, st.st_uid, st.st_gid) : -1;
}

/* Returns 0, or -1 with errno. */
static int
write_file(const char *path, const char *state_dir, const struct buf *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600), result = -1;

	if (fd < 0)
		return -1;
	if (fchmod(fd, 0600) == 0 && give_to_owner(fd, state_dir) == 0 &&
	    write(fd, text->data, text->len) == (ssize_t)text->len && fsync(fd) == 0)
		result = 0;
	close(fd);
	return result;
}

static void
sync_directory(const char *dir)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (directory_sync(fd) != 0)
		log_warn("%s: the change may not survive a power cut", dir);
	close(fd);
}

int
pause_set(const char *state_dir, const struct pause *p)
{
	char *path = pause_path(state_dir), *fresh = xasprintf("%s.new", path);
	struct buf text = BUF_EMPTY;
	int result = -1;

	pause_write(p, &text);
	if (directory_make(state_dir) != 0)
		log_error("cannot create the state directory %s", state_dir);
	else if (write_file(fresh, state_dir, &text) != 0 || rename(fresh, path) != 0) {
		log_error("cannot write %s", path);
		unlink(fresh);
	} else {
		sync_directory(state_dir);
		result = 0;
	}
	buf_free(&text);
	free(fresh);
	free(path);
	return result;
}

int
pause_remove(const char *state_dir)
{
	char *path = pause_path(state_dir);
	int result = unlink(path) == 0 ? 1 : errno == ENOENT || errno == ENOTDIR ? 0 : -1;

	if (result == -1)
		log_error("cannot remove %s", path);
	if (result == 1)
		sync_directory(state_dir);
	free(path);
	return result;
}
