/*
 * Records, one line at a time, out of files and directories. Whatever a file holds, the reader
 * goes on: with its next line, or with the next file. What a line means is measurement_decode's
 * business; only a pretty-printed object is put together here, because it is a record as well.
 */
#include "results/record_reader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "results/record_files.h"
#include "results/record_source.h"

struct record_reader {
	struct record_files files;
	size_t next; /* the file after the open one */
	record_report *report;
	void *arg;
	size_t errors;
	int64_t done; /* bytes of the files before the open one */

	struct record_source *source; /* NULL between files */
	const char *name; /* of the open file, for people */
	char chunk[256 * 1024];
	size_t pos, len; /* of chunk: what is not yet used */
	bool ended, broken; /* the source gives no more; because of an error */
	int64_t line; /* lines read whole */
	struct buf *text; /* where the record at hand is put, */
	size_t start; /* from here on */
	struct buf own; /* such a place */
};

/* What reading one line, or one object of many lines, came to. */
enum piece {
	PIECE_NONE, /* the file is at its end */
	PIECE_LINE,
	PIECE_TORN, /* the file ended before the newline */
	PIECE_LONG,
	PIECE_BROKEN /* the file broke off in it; reported */
};

static void
report_default(const char *file, int64_t line, const char *message, void *arg)
{
	(void)arg;
	if (line > 0)
		log_warnx("%s:%lld: %s", file, (long long)line, message);
	else
		log_warnx("%s: %s", file, message);
}

static void
report_error(struct record_reader *reader, int64_t line, const char *message)
{
	reader->errors++;
	reader->report(reader->name, line, message, reader->arg);
}

struct record_reader *
record_reader_new(char *const *paths, size_t n, record_report *report, void *arg)
{
	struct record_reader *reader = xcalloc(1, sizeof(*reader));

	reader->report = report != NULL ? report : report_default;
	reader->arg = arg;
	record_files_list(&reader->files, paths, n);
	return reader;
}

static void
close_source(struct record_reader *reader)
{
	if (reader->source == NULL)
		return;
	reader->done += record_source_taken(reader->source);
	record_source_free(reader->source);
	reader->source = NULL;
}

void
record_reader_free(struct record_reader *reader)
{
	if (reader == NULL)
		return;
	close_source(reader);
	record_files_clear(&reader->files);
	buf_free(&reader->own);
	free(reader);
}

/* Opens the next file that can be opened; false when there is none left. */
static bool
open_next(struct record_reader *reader)
{
	const struct record_file *file;

	while (reader->source == NULL && reader->next < reader->files.n) {
		file = &reader->files.files[reader->next++];
		reader->name = strcmp(file->path, "-") == 0 ? "<stdin>" : file->path;
		reader->pos = reader->len = 0;
		reader->line = 0;
		reader->ended = reader->broken = false;
		errno = file->err;
		if (file->err == 0)
			reader->source = record_source_open(file->path);
		if (reader->source == NULL)
			report_error(reader, 0, strerror(errno));
	}
	return reader->source != NULL;
}

/* Makes sure that a byte is at `pos`; false at the file's end, or where it breaks off. */
static bool
fill(struct record_reader *reader)
{
	ssize_t n;

	if (reader->pos < reader->len)
		return true;
	if (reader->ended)
		return false;
	reader->pos = reader->len = 0;
	n = record_source_read(reader->source, reader->chunk, sizeof(reader->chunk));
	if (n > 0) {
		reader->len = (size_t)n;
		return true;
	}
	reader->ended = true;
	if (n == -1) {
		reader->broken = true;
		report_error(reader, reader->line + 1, record_source_error(reader->source));
	}
	return false;
}

/* The next byte, not taken; -1 at the end. */
static int
peek(struct record_reader *reader)
{
	return fill(reader) ? (unsigned char)reader->chunk[reader->pos] : -1;
}

/* Appends the next line to `text`, as much of it as may be kept. */
static enum piece
append_line(struct record_reader *reader)
{
	bool too_long = false;
	char *start, *newline;
	size_t n;

	if (!fill(reader))
		return reader->broken ? PIECE_BROKEN : PIECE_NONE;
	do {
		start = reader->chunk + reader->pos;
		newline = memchr(start, '\n', reader->len - reader->pos);
		n = newline != NULL ? (size_t)(newline - start) : reader->len - reader->pos;
		too_long = too_long || reader->text->len - reader->start + n > RECORD_LINE_MAX;
		if (!too_long)
			buf_add(reader->text, start, n);
		reader->pos += n;
	} while (newline == NULL && fill(reader));
	if (newline == NULL && reader->broken)
		return PIECE_BROKEN;
	reader->line++;
	if (newline != NULL)
		reader->pos++;
	return too_long ? PIECE_LONG : newline != NULL ? PIECE_LINE : PIECE_TORN;
}

/*
 * How deep JSON text leads into objects and arrays; `depth` is where it starts. -1 when a string
 * is open at the end, which no JSON has at the end of a line.
 */
static int
nesting(const char *text, size_t len, int depth)
{
	bool in_string = false;
	size_t i;

	for (i = 0; i < len && depth > 0; i++) {
		if (in_string && text[i] == '\\')
			i++;
		else if (text[i] == '"')
			in_string = !in_string;
		else if (!in_string && (text[i] == '{' || text[i] == '['))
			depth++;
		else if (!in_string && (text[i] == '}' || text[i] == ']'))
			depth--;
	}
	return in_string ? -1 : depth;
}

/* Passes over lines up to one that begins a record, or to the end. */
static void
skip_to_record(struct record_reader *reader)
{
	enum piece piece = PIECE_LINE;
	size_t keep = reader->text->len;

	while (peek(reader) != '{' && (piece == PIECE_LINE || piece == PIECE_LONG)) {
		piece = append_line(reader);
		reader->text->len = keep;
	}
	reader->text->data[keep] = '\0';
}

/*
 * A line that is only "{" begins a pretty-printed object, as OONI publishes single measurements:
 * takes its other lines, too. Inside the outermost object no line can begin with "{", so one that
 * does is the next record, and what came before it is torn. An object that is not well formed is
 * handed out as far as it goes, for the caller to refuse once; its other lines are passed over.
 */
static enum piece
append_object(struct record_reader *reader)
{
	enum piece piece = PIECE_LINE;
	int depth = 1;
	size_t start;

	reader->text->len = reader->start;
	buf_putc(reader->text, '{');
	while (depth > 0 && piece == PIECE_LINE && !(depth == 1 && peek(reader) == '{')) {
		buf_putc(reader->text, '\n');
		start = reader->text->len;
		piece = append_line(reader);
		depth = nesting(reader->text->data + start, reader->text->len - start, depth);
	}
	if (depth != 0)
		skip_to_record(reader);
	return piece == PIECE_NONE ? PIECE_TORN : piece;
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* White space at both ends goes, the carriage return of CRLF with it; a byte order mark, too. */
static void
trim(struct record_reader *reader, struct record_line *line)
{
	char *text = reader->text->data + reader->start;
	size_t start = 0, end = reader->text->len - reader->start;

	if (reader->line == 1 && end >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		start = 3;
	while (end > start && is_space(text[end - 1]))
		end--;
	while (start < end && is_space(text[start]))
		start++;
	text[end] = '\0';
	line->data = text + start;
	line->len = end - start;
}

/* Reads on in the open file. False: it gave nothing to hand out this time. */
static bool
next_in_file(struct record_reader *reader, struct record_line *line)
{
	int64_t first = reader->line + 1;
	enum piece piece;

	buf_room(reader->text, 0);
	reader->text->len = reader->start;
	piece = append_line(reader);
	if (piece == PIECE_LINE || piece == PIECE_TORN)
		trim(reader, line);
	if (piece == PIECE_LINE && line->len == 1 && line->data[0] == '{') {
		piece = append_object(reader);
		line->data = buf_str(reader->text) + reader->start;
		line->len = reader->text->len - reader->start;
	}
	if (piece == PIECE_LONG)
		report_error(reader, first, "longer than 32 MiB, left out");
	if (piece == PIECE_NONE || piece == PIECE_BROKEN)
		close_source(reader);
	line->file = reader->name;
	line->line = first;
	line->torn = piece == PIECE_TORN;
	return (piece == PIECE_LINE || piece == PIECE_TORN) && line->len > 0;
}

int
record_reader_append(struct record_reader *reader, struct buf *text, struct record_line *line)
{
	size_t offset;

	reader->text = text;
	reader->start = text->len;
	while (open_next(reader))
		if (next_in_file(reader, line)) {
			/* The NUL behind it stays when more is appended. */
			offset = (size_t)(line->data - text->data);
			buf_putc(text, '\0');
			line->data = text->data + offset;
			return 1;
		}
	text->len = reader->start;
	return 0;
}

int
record_reader_next(struct record_reader *reader, struct record_line *line)
{
	if (reader->own.cap > 1024 * 1024)
		buf_free(&reader->own);
	buf_clear(&reader->own);
	return record_reader_append(reader, &reader->own, line);
}

size_t
record_reader_errors(const struct record_reader *reader)
{
	return reader->errors;
}

void
record_reader_progress(const struct record_reader *reader, int64_t *done, int64_t *all)
{
	*done = reader->done;
	if (reader->source != NULL)
		*done += record_source_taken(reader->source);
	*all = reader->files.endless ? 0 : reader->files.bytes;
}
