/* A day's segments, written anew without most of its quiet rounds, or without anything but events. */
#include "results/thin.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/log.h"
#include "base/mem.h"
#include "results/record_lines.h"
#include "results/record_look.h"
#include "results/record_source.h"
#include "results/round_choice.h"
#include "results/zst_writer.h"

#define NOTE_ROUNDS "netvane: one round of %lld is kept\n"
#define NOTE_EVENTS "netvane: only events are kept\n"

struct thin {
	int dir_fd;
	int64_t keep_one_of;
	struct thin_result *results;
	enum segment_file *files; /* which of each segment's has the records */
	size_t n, i; /* i: the segment at hand */
	bool keep;
	enum care_step (*next)(struct thin *thin, size_t budget);
	struct round_choice choice;
	/* of the segment at hand */
	struct record_source *source;
	struct record_lines lines;
	struct zst_writer *writer;
	bool keep_line; /* of which a piece is passing */
	int err; /* of a write, in the midst of reading; 0: none */
	uint32_t sum; /* CRC-32 of what was written */
	int64_t len; /* bytes of it */
	uint32_t sum_back; /* the same of what was read back */
	int64_t len_back;
	char block[64 * 1024];
};

static enum care_step survey(struct thin *thin, size_t budget);
static enum care_step rewrite(struct thin *thin, size_t budget);
static enum care_step read_back(struct thin *thin, size_t budget);

struct thin *
thin_new(int dir_fd, const struct segment *const *segments, size_t n, int64_t keep_one_of)
{
	struct thin *thin = xcalloc(1, sizeof(*thin));
	size_t i;

	thin->dir_fd = dir_fd;
	thin->keep_one_of = keep_one_of;
	thin->results = xcalloc(n, sizeof(*thin->results));
	thin->files = xcalloc(n, sizeof(*thin->files));
	thin->n = n;
	for (i = 0; i < n; i++) {
		memcpy(thin->results[i].name, segments[i]->name, SEGMENT_NAME_SIZE);
		thin->files[i] = segment_main_file(segments[i]);
	}
	thin->next = survey;
	return thin;
}

/* The name of one of its files; which: SEGMENT_FILE_MAX, the one that has the records. */
static char *
file_name(const struct thin *thin, size_t i, enum segment_file which, char out[SEGMENT_FILE_SIZE])
{
	return segment_file_name(thin->results[i].name,
	    which == SEGMENT_FILE_MAX ? thin->files[i] : which, out);
}

static void
remove_thin(struct thin *thin, size_t i)
{
	char file[SEGMENT_FILE_SIZE];

	unlinkat(thin->dir_fd, file_name(thin, i, SEGMENT_THIN, file), 0);
}

static void
drop_source(struct thin *thin)
{
	record_source_free(thin->source);
	thin->source = NULL;
	record_lines_drop(&thin->lines);
}

void
thin_free(struct thin *thin)
{
	int saved = errno;
	int64_t worked = 0;
	size_t i;

	if (thin == NULL)
		return;
	for (i = 0; i < thin->n; i++)
		worked += thin->results[i].text;
	if (thin->writer != NULL)
		remove_thin(thin, thin->i);
	zst_writer_free(thin->writer);
	drop_source(thin);
	for (i = 0; i < thin->n && !thin->keep; i++)
		if (thin->results[i].outcome == THIN_WRITTEN)
			remove_thin(thin, i);
	round_choice_clear(&thin->choice);
	free(thin->results);
	free(thin->files);
	free(thin);
	mem_trim((size_t)worked);
	errno = saved;
}

static int64_t
size_of(const struct thin *thin, enum segment_file which)
{
	char file[SEGMENT_FILE_SIZE];
	struct stat st;

	return fstatat(thin->dir_fd, file_name(thin, thin->i, which, file), &st, 0) == 0
		   ? st.st_size
		   : 0;
}

/* Opens one of the files of the segment at hand, unless it is open. */
static bool
source_ready(struct thin *thin, enum segment_file which)
{
	char file[SEGMENT_FILE_SIZE];
	int fd;

	if (thin->source != NULL)
		return true;
	fd = openat(thin->dir_fd, file_name(thin, thin->i, which, file),
	    O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd == -1)
		return false;
	/* What was written is to come from the disk, if that can be had. */
	if (which == SEGMENT_THIN)
		posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	thin->source = record_source_of(fd);
	return true;
}

/* Up to 64 KiB of the file; as record_source_read. */
static ssize_t
read_block(struct thin *thin, enum segment_file which)
{
	if (!source_ready(thin, which))
		return -1;
	return record_source_read(thin->source, thin->block, sizeof(thin->block));
}

static void
next_segment(struct thin *thin)
{
	drop_source(thin);
	thin->i++;
}

static void
see_piece(const struct record_piece *piece, void *arg)
{
	struct thin *thin = arg;
	struct thin_result *result = &thin->results[thin->i];
	struct record_look look;

	if (!piece->first)
		return;
	record_look_at_piece(piece, &look);
	round_choice_see(&thin->choice, &look);
	result->facts.records++;
	result->facts.odd += look.odd;
}

/* What nobody can read counts as odd. */
static void
give_up_on(struct thin *thin)
{
	struct thin_result *result = &thin->results[thin->i];

	log_warnx("%s cannot be read to its end, and is not thinned: %s", result->name,
	    thin->source != NULL ? record_source_error(thin->source) : strerror(errno));
	result->outcome = THIN_UNREADABLE;
	result->left_out = result->facts.records;
	result->facts.odd++;
	result->facts.kept_one_of = thin->keep_one_of;
	result->bytes_after = size_of(thin, SEGMENT_FILE_MAX);
}

/* First all segments are read, because a round may turn out to be odd with its last line. */
static enum care_step
survey(struct thin *thin, size_t budget)
{
	size_t done;
	ssize_t n;

	for (done = 0; done < budget; done += (size_t)n) {
		n = read_block(thin, SEGMENT_FILE_MAX);
		if (n <= 0) {
			if (n == -1)
				give_up_on(thin);
			else
				record_lines_end(&thin->lines, see_piece, thin);
			next_segment(thin);
			if (thin->i == thin->n) {
				thin->i = 0;
				thin->next = rewrite;
			}
			return CARE_MORE;
		}
		record_lines_feed(&thin->lines, thin->block, (size_t)n, see_piece, thin);
		thin->results[thin->i].text += n;
	}
	return CARE_MORE;
}

static bool
stays(const struct thin *thin, const struct record_look *look)
{
	return thin->keep_one_of == SEGMENT_EVENTS_ONLY
		   ? look->event
		   : round_choice_keeps(&thin->choice, look, thin->keep_one_of);
}

/* Writes a piece that stays; the first error stays in thin->err. */
static void
take_piece(const struct record_piece *piece, void *arg)
{
	struct thin *thin = arg;
	struct record_look look;

	if (piece->first) {
		record_look_at_piece(piece, &look);
		thin->keep_line = stays(thin, &look);
		if (!thin->keep_line) {
			thin->results[thin->i].left_out++;
			thin->results[thin->i].facts.records--;
			thin->results[thin->i].facts.odd -= look.odd;
		}
	}
	if (!thin->keep_line || thin->err != 0)
		return;
	if (zst_writer_put(thin->writer, piece->data, piece->len) == -1)
		thin->err = errno;
	thin->sum = (uint32_t)crc32(thin->sum, (const Bytef *)piece->data, (uInt)piece->len);
	thin->len += (int64_t)piece->len;
}

static int
start_writing(struct thin *thin)
{
	char file[SEGMENT_FILE_SIZE], note[64] = NOTE_EVENTS;

	thin->sum = thin->sum_back = (uint32_t)crc32(0, NULL, 0);
	thin->len = thin->len_back = 0;
	thin->writer = zst_writer_new(thin->dir_fd, file_name(thin, thin->i, SEGMENT_THIN, file),
	    thin->results[thin->i].text, false);
	if (thin->writer == NULL)
		return -1;
	if (thin->keep_one_of != SEGMENT_EVENTS_ONLY)
		snprintf(note, sizeof(note), NOTE_ROUNDS, (long long)thin->keep_one_of);
	return zst_writer_note(thin->writer, note);
}

/* A file that is not smaller by a record is of no use, nor is one without any. */
static enum care_step
finish_writing(struct thin *thin)
{
	struct thin_result *result = &thin->results[thin->i];

	record_lines_end(&thin->lines, take_piece, thin);
	if (thin->err != 0) {
		errno = thin->err;
		return CARE_FAILED;
	}
	result->outcome = result->left_out == 0 ? THIN_SAME
			  : thin->len == 0	? THIN_EMPTY
						: THIN_WRITTEN;
	result->facts.kept_one_of = thin->keep_one_of;
	if (result->outcome == THIN_WRITTEN && zst_writer_finish(thin->writer) == -1)
		return CARE_FAILED;
	zst_writer_free(thin->writer);
	thin->writer = NULL;
	if (result->outcome == THIN_WRITTEN) {
		result->bytes_after = size_of(thin, SEGMENT_THIN);
		drop_source(thin);
		thin->next = read_back;
	} else {
		result->bytes_after = size_of(thin, SEGMENT_FILE_MAX);
		remove_thin(thin, thin->i);
		next_segment(thin);
	}
	return CARE_MORE;
}

static enum care_step
rewrite(struct thin *thin, size_t budget)
{
	size_t done;
	ssize_t n;

	if (thin->i == thin->n)
		return CARE_DONE;
	if (thin->results[thin->i].outcome == THIN_UNREADABLE) {
		next_segment(thin);
		return CARE_MORE;
	}
	if (thin->writer == NULL && start_writing(thin) == -1)
		return CARE_FAILED;
	for (done = 0; done < budget; done += (size_t)n) {
		n = read_block(thin, SEGMENT_FILE_MAX);
		if (n == 0)
			return finish_writing(thin);
		if (n == -1) {
			/* It could be read a moment ago: this is no time to write it anew. */
			errno = EIO;
			return CARE_FAILED;
		}
		record_lines_feed(&thin->lines, thin->block, (size_t)n, take_piece, thin);
	}
	return CARE_MORE;
}

static enum care_step
read_back(struct thin *thin, size_t budget)
{
	size_t done;
	ssize_t n;

	for (done = 0; done < budget; done += (size_t)n) {
		n = read_block(thin, SEGMENT_THIN);
		if (n == -1 ||
		    (n == 0 && (thin->sum_back != thin->sum || thin->len_back != thin->len))) {
			log_errorx("%s is not thinned: writing it anew went wrong",
			    thin->results[thin->i].name);
			errno = EIO;
			return CARE_FAILED;
		}
		if (n == 0) {
			next_segment(thin);
			thin->next = rewrite;
			return CARE_MORE;
		}
		thin->sum_back =
		    (uint32_t)crc32(thin->sum_back, (const Bytef *)thin->block, (uInt)n);
		thin->len_back += n;
	}
	return CARE_MORE;
}

enum care_step
thin_step(struct thin *thin, size_t budget)
{
	return thin->next(thin, budget);
}

const struct thin_result *
thin_results(const struct thin *thin, size_t *n)
{
	*n = thin->n;
	return thin->results;
}

void
thin_keep(struct thin *thin)
{
	thin->keep = true;
}

int64_t
thin_noted(int dir_fd, const char *file)
{
	int fd = openat(dir_fd, file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	const size_t head = 8; /* of a skippable frame */
	char text[80];
	long long kept;
	ssize_t n;

	if (fd == -1)
		return 0;
	n = pread(fd, text, sizeof(text) - 1, 0);
	close(fd);
	if (n <= (ssize_t)head || memcmp(text, "\x50\x2a\x4d\x18", 4) != 0)
		return 0;
	text[n] = '\0';
	if (strncmp(text + head, NOTE_EVENTS, sizeof(NOTE_EVENTS) - 1) == 0)
		return SEGMENT_EVENTS_ONLY;
	return sscanf(text + head, NOTE_ROUNDS, &kept) == 1 && kept > 1 ? kept : 0;
}
