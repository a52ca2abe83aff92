/* The index of sealed segments: a line each, "NAME BYTES RECORDS ODD KEPT_ONE_OF CRC32". */
#include "results/care_index.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/buf.h"
#include "base/io.h"
#include "base/log.h"
#include "base/mem.h"

/* Far beyond a hundred years of segments. */
enum { FILE_MAX = 16 * 1024 * 1024, LINE_MAX_LEN = 200 };

static const char heading[] = "netvane segments 1\n";

static unsigned long
checksum(const char *text, size_t len)
{
	return crc32(crc32(0, NULL, 0), (const Bytef *)text, (uInt)len);
}

/* A space and a number of digits only. */
static bool
take_number(const char **p, int64_t *out)
{
	char *end;

	if ((*p)[0] != ' ' || !isdigit((unsigned char)(*p)[1]))
		return false;
	errno = 0;
	*out = strtoll(*p + 1, &end, 10);
	*p = end;
	return errno == 0;
}

static bool
parse_row(const char *text, size_t len, struct care_index_row *row)
{
	char line[LINE_MAX_LEN], *mark;
	const char *p = line + SEGMENT_NAME_SIZE - 1;
	char crc[16];

	if (len < SEGMENT_NAME_SIZE || len >= sizeof(line) || memchr(text, '\0', len) != NULL)
		return false;
	memcpy(line, text, len);
	line[len] = '\0';
	mark = strrchr(line, ' ');
	if (mark == NULL)
		return false;
	snprintf(crc, sizeof(crc), "%08lx", checksum(line, (size_t)(mark - line)));
	if (strcmp(crc, mark + 1) != 0)
		return false;
	*mark = '\0';
	memcpy(row->name, line, SEGMENT_NAME_SIZE - 1);
	row->name[SEGMENT_NAME_SIZE - 1] = '\0';
	return segment_is_name(row->name) && take_number(&p, &row->bytes) &&
	    take_number(&p, &row->facts.records) && take_number(&p, &row->facts.odd) &&
	    take_number(&p, &row->facts.kept_one_of) && *p == '\0';
}

size_t
care_index_parse(const char *text, size_t len, struct care_index *index)
{
	const char *end = text + len, *newline;
	struct care_index_row row;
	size_t bad = 0, head = sizeof(heading) - 1;

	*index = (struct care_index){0};
	if (len < head || memcmp(text, heading, head) != 0)
		return len > 0 ? 1 : 0;
	for (text += head; text < end; text = newline + 1) {
		newline = memchr(text, '\n', (size_t)(end - text));
		if (newline == NULL)
			return bad + 1;
		if (parse_row(text, (size_t)(newline - text), &row))
			care_index_set(index, row.name, row.bytes, &row.facts);
		else
			bad++;
	}
	return bad;
}

void
care_index_encode(const struct care_index *index, struct buf *out)
{
	const struct care_index_row *row;
	size_t i, start;

	buf_puts(out, heading);
	for (i = 0; i < index->n; i++) {
		row = &index->rows[i];
		start = out->len;
		buf_printf(out, "%s %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64, row->name,
		    row->bytes, row->facts.records, row->facts.odd, row->facts.kept_one_of);
		buf_printf(out, " %08lx\n", checksum(out->data + start, out->len - start));
	}
}

void
care_index_clear(struct care_index *index)
{
	free(index->rows);
	*index = (struct care_index){0};
}

/* Where the name is, or should be. */
static size_t
place_of(const struct care_index *index, const char *name)
{
	size_t low = 0, high = index->n, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (strcmp(index->rows[middle].name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool
is_at(const struct care_index *index, size_t i, const char *name)
{
	return i < index->n && strcmp(index->rows[i].name, name) == 0;
}

const struct segment_facts *
care_index_find(const struct care_index *index, const char *name, int64_t bytes)
{
	size_t i = place_of(index, name);

	return is_at(index, i, name) && index->rows[i].bytes == bytes ? &index->rows[i].facts : NULL;
}

void
care_index_set(struct care_index *index, const char *name, int64_t bytes,
    const struct segment_facts *facts)
{
	size_t i = place_of(index, name);
	struct care_index_row *row;

	if (!is_at(index, i, name)) {
		index->rows = xreallocarray(index->rows, index->n + 1, sizeof(*index->rows));
		memmove(index->rows + i + 1, index->rows + i, (index->n - i) * sizeof(*row));
		index->n++;
	}
	row = &index->rows[i];
	snprintf(row->name, sizeof(row->name), "%s", name);
	row->bytes = bytes;
	row->facts = *facts;
}

void
care_index_forget(struct care_index *index, const char *name)
{
	size_t i = place_of(index, name);

	if (!is_at(index, i, name))
		return;
	index->n--;
	memmove(index->rows + i, index->rows + i + 1, (index->n - i) * sizeof(*index->rows));
}

void
care_index_load(int dir_fd, struct care_index *index)
{
	int fd = openat(dir_fd, CARE_INDEX_FILE, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	struct buf text = BUF_EMPTY;
	struct stat st;

	*index = (struct care_index){0};
	if (fd == -1)
		return;
	if (fstat(fd, &st) == 0 && st.st_size <= FILE_MAX &&
	    io_pread_all(fd, buf_room(&text, (size_t)st.st_size), (size_t)st.st_size, 0) == 0 &&
	    care_index_parse(text.data, (size_t)st.st_size, index) > 0)
		log_info("%s is damaged; what it lacks is read again", CARE_INDEX_FILE);
	close(fd);
	buf_free(&text);
}

/* No sync: after a power cut it is whole, or empty, or the one before, and each of them will do. */
void
care_index_save(int dir_fd, const struct care_index *index)
{
	struct buf text = BUF_EMPTY;
	bool written;
	int fd = openat(dir_fd, CARE_INDEX_FILE ".part",
	    O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd == -1)
		return;
	care_index_encode(index, &text);
	written = io_write_all(fd, text.data, text.len) == 0;
	buf_free(&text);
	if (close(fd) == -1 || !written ||
	    renameat(dir_fd, CARE_INDEX_FILE ".part", dir_fd, CARE_INDEX_FILE) == -1)
		unlinkat(dir_fd, CARE_INDEX_FILE ".part", 0);
}
