/* A day's sealed segments, written anew without most of its quiet rounds. */
#include "results/thin.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/io.h"
#include "base/log.h"
#include "base/mem.h"
#include "results/record_lines.h"
#include "results/record_look.h"
#include "results/record_source.h"
#include "results/round_choice.h"
#include "results/zst_writer.h"

static const char note_format[] = "netvane thinned %lld\n";

struct thin {
	int dir_fd;
	int64_t keep_one_of;
	struct thin_result *results;
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
thin_new(int dir_fd, char (*names)[SEGMENT_NAME_SIZE], size_t n, int64_t keep_one_of)
{
	struct thin *thin = xcalloc(1, sizeof(*thin));
	size_t i;

	thin->dir_fd = dir_fd;
	thin->keep_one_of = keep_one_of;
	thin->results = xcalloc(n, sizeof(*thin->results));
	thin->n = n;
	for (i = 0; i < n; i++)
		memcpy(thin->results[i].name, names[i], SEGMENT_NAME_SIZE);
	thin->next = survey;
	return thin;
}

static char *
file_of(const struct thin_result *result, enum segment_file which, char out[SEGMENT_FILE_SIZE])
{
	return segment_file_name(result->name, which, out);
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
	char file[SEGMENT_FILE_SIZE];
	int saved = errno;
	size_t i;

	if (thin == NULL)
		return;
	zst_writer_free(thin->writer);
	drop_source(thin);
	for (i = 0; i < thin->n && !thin->keep; i++)
		if (thin->results[i].written)
			unlinkat(thin->dir_fd, file_of(&thin->results[i], SEGMENT_THIN, file), 0);
	round_choice_clear(&thin->choice);
	free(thin->results);
	free(thin);
	zst_memory_return();
	errno = saved;
}

/* Opens one of the files of the segment at hand, unless it is open. */
static bool
source_ready(struct thin *thin, enum segment_file which)
{
	char file[SEGMENT_FILE_SIZE];
	int fd;

	if (thin->source != NULL)
		return true;
	fd = openat(thin->dir_fd, file_of(&thin->results[thin->i], which, file),
	    O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd == -1)
		return false;
	if (which == SEGMENT_THIN)
		posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	thin->source = record_source_of(fd);
	return true;
}

/* Goes on with the next segment, or with the first one in the next way. */
static void
go_on(struct thin *thin, enum care_step (*then)(struct thin *thin, size_t budget))
{
	drop_source(thin);
	thin->i++;
	if (thin->i < thin->n || then == NULL)
		return;
	thin->i = 0;
	thin->next = then;
}

static int64_t
size_of(const struct thin *thin, enum segment_file which)
{
	char file[SEGMENT_FILE_SIZE];
	struct stat st;

	return fstatat(thin->dir_fd, file_of(&thin->results[thin->i], which, file), &st, 0) == 0
		   ? st.st_size
		   : 0;
}

/* What nobody can read stays as it is, and its day counts as one on which something was odd. */
static void
give_up_on(struct thin *thin)
{
	struct thin_result *result = &thin->results[thin->i];

	log_warnx("%s.zst cannot be read to its end, it is not thinned: %s", result->name,
	    thin->source != NULL ? record_source_error(thin->source) : strerror(errno));
	result->unreadable = true;
	result->bytes_before = result->bytes_after = size_of(thin, SEGMENT_ZST);
	result->facts.odd++;
	result->facts.kept_one_of = thin->keep_one_of;
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

static enum care_step
survey(struct thin *thin, size_t budget)
{
	size_t done = 0;
	ssize_t n = -1;

	while (done < budget && source_ready(thin, SEGMENT_ZST) &&
	    (n = record_source_read(thin->source, thin->block, sizeof(thin->block))) > 0) {
		record_lines_feed(&thin->lines, thin->block, (size_t)n, see_piece, thin);
		done += (size_t)n;
	}
	if (n > 0)
		return CARE_MORE;
	if (n == -1)
		give_up_on(thin);
	else
		record_lines_end(&thin->lines, see_piece, thin);
	go_on(thin, rewrite);
	return CARE_MORE;
}

/* Writes a piece that stays; the first error stays in thin->err. */
static void
take_piece(const struct record_piece *piece, void *arg)
{
	struct thin *thin = arg;
	struct thin_result *result = &thin->results[thin->i];
	struct record_look look;

	if (piece->first) {
		record_look_at_piece(piece, &look);
		thin->keep_line = round_choice_keeps(&thin->choice, &look, thin->keep_one_of);
		result->left_out += !thin->keep_line;
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
	struct thin_result *result = &thin->results[thin->i];
	char file[SEGMENT_FILE_SIZE], note[64];

	thin->sum = thin->sum_back = (uint32_t)crc32(0, NULL, 0);
	thin->len = thin->len_back = 0;
	result->left_out = 0;
	result->bytes_before = result->bytes_after = size_of(thin, SEGMENT_ZST);
	thin->writer = zst_writer_new(thin->dir_fd, file_of(result, SEGMENT_THIN, file), -1);
	if (thin->writer == NULL)
		return -1;
	result->written = true;
	snprintf(note, sizeof(note), note_format, (long long)thin->keep_one_of);
	return zst_writer_note(thin->writer, note);
}

/* No use in a file that is not smaller by a record. */
static enum care_step
finish_writing(struct thin *thin)
{
	struct thin_result *result = &thin->results[thin->i];
	char file[SEGMENT_FILE_SIZE];

	record_lines_end(&thin->lines, take_piece, thin);
	if (thin->err != 0) {
		errno = thin->err;
		return CARE_FAILED;
	}
	if (result->left_out > 0 && zst_writer_finish(thin->writer) == -1)
		return CARE_FAILED;
	zst_writer_free(thin->writer);
	thin->writer = NULL;
	result->facts.records -= result->left_out;
	result->facts.kept_one_of = thin->keep_one_of;
	if (result->left_out == 0) {
		unlinkat(thin->dir_fd, file_of(result, SEGMENT_THIN, file), 0);
		result->written = false;
		go_on(thin, NULL);
	} else {
		result->bytes_after = size_of(thin, SEGMENT_THIN);
		drop_source(thin);
		thin->next = read_back;
	}
	return CARE_MORE;
}

static enum care_step
rewrite(struct thin *thin, size_t budget)
{
	size_t done = 0;
	ssize_t n = -1;

	if (thin->i == thin->n)
		return CARE_DONE;
	if (thin->results[thin->i].unreadable) {
		go_on(thin, NULL);
		return CARE_MORE;
	}
	if (thin->writer == NULL && start_writing(thin) == -1)
		return CARE_FAILED;
	while (done < budget && source_ready(thin, SEGMENT_ZST) &&
	    (n = record_source_read(thin->source, thin->block, sizeof(thin->block))) > 0) {
		record_lines_feed(&thin->lines, thin->block, (size_t)n, take_piece, thin);
		done += (size_t)n;
	}
	if (n > 0)
		return CARE_MORE;
	if (n == 0)
		return finish_writing(thin);
	/* It could be read a moment ago: this is no time to write it anew. */
	errno = EIO;
	return CARE_FAILED;
}

static enum care_step
read_back(struct thin *thin, size_t budget)
{
	size_t done = 0;
	ssize_t n = -1;

	while (done < budget && source_ready(thin, SEGMENT_THIN) &&
	    (n = record_source_read(thin->source, thin->block, sizeof(thin->block))) > 0) {
		thin->sum_back =
		    (uint32_t)crc32(thin->sum_back, (const Bytef *)thin->block, (uInt)n);
		thin->len_back += n;
		done += (size_t)n;
	}
	if (n > 0)
		return CARE_MORE;
	if (n == -1 || thin->sum_back != thin->sum || thin->len_back != thin->len) {
		log_errorx("%s.zst is not thinned: writing it anew went wrong",
		    thin->results[thin->i].name);
		errno = EIO;
		return CARE_FAILED;
	}
	go_on(thin, NULL);
	thin->next = rewrite;
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
	char head[64];
	long long kept;
	ssize_t n;

	if (fd == -1)
		return 0;
	n = pread(fd, head, sizeof(head) - 1, 0);
	close(fd);
	if (n <= 8 || memcmp(head, "\x50\x2a\x4d\x18", 4) != 0)
		return 0;
	head[n] = '\0';
	return sscanf(head + 8, note_format, &kept) == 1 && kept > 1 ? kept : 0;
}
