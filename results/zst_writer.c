/*
 * A new file of one Zstandard frame.
 *
 * The settings were measured on records of 200 sites (tests/bench/seal.sh): what repeats is the certificates, in each round anew, so a
 * round and a half should fit in the window. The tables for what is near are small; the long-distance matcher finds what is far, and its
 * matches are long, because short ones are had nearer. So this does better than `zstd -9` does in twice the memory. The window,
 * 8 MB, is the least that every decoder must support (RFC 8878, 3.1.1.1.2).
 */
#include "results/zst_writer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zstd.h>

#include "base/io.h"
#include "base/log.h"
#include "base/mem.h"

struct zst_writer {
	int fd;
	ZSTD_CCtx *zstd;
	int64_t worked; /* bytes that were put */
	off_t sent; /* bytes of the file whose way to the disk has begun */
	off_t size;
	char out[128 * 1024];
};

enum { WINDOW_LOG = 23, LEAST_WINDOW_LOG = 16 };

static const struct {
	ZSTD_cParameter parameter;
	int value;
} settings[] = {
    {ZSTD_c_checksumFlag, 1},
    {ZSTD_c_strategy, ZSTD_btlazy2},
    {ZSTD_c_hashLog, 17},
    {ZSTD_c_chainLog, 17},
    {ZSTD_c_searchLog, 4},
    {ZSTD_c_minMatch, 6},
    {ZSTD_c_targetLength, 32},
    {ZSTD_c_enableLongDistanceMatching, 1},
    {ZSTD_c_ldmHashLog, 16},
    {ZSTD_c_ldmMinMatch, 256},
    {ZSTD_c_ldmBucketSizeLog, 3},
    {ZSTD_c_ldmHashRateLog, 7},
};

static void
set(struct zst_writer *writer, ZSTD_cParameter parameter, int value)
{
	size_t result = ZSTD_CCtx_setParameter(writer->zstd, parameter, value);

	if (ZSTD_isError(result))
		log_fatalx("zstd does not take a setting: %s", ZSTD_getErrorName(result));
}

static void
start(struct zst_writer *writer, int64_t size, bool exact)
{
	int window = LEAST_WINDOW_LOG;
	size_t i;

	writer->zstd = ZSTD_createCCtx();
	if (writer->zstd == NULL)
		log_fatalx("out of memory (zstd)");
	for (i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
		set(writer, settings[i].parameter, settings[i].value);
	while (window < WINDOW_LOG && (INT64_C(1) << window) < size)
		window++;
	set(writer, ZSTD_c_windowLog, window);
	if (exact)
		ZSTD_CCtx_setPledgedSrcSize(writer->zstd, (unsigned long long)size);
}

struct zst_writer *
zst_writer_new(int dir_fd, const char *file, int64_t size, bool exact)
{
	struct zst_writer *writer;
	int fd = openat(
	    dir_fd, file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd == -1)
		return NULL;
	writer = xcalloc(1, sizeof(*writer));
	writer->fd = fd;
	start(writer, size, exact);
	return writer;
}

static int
write_out(struct zst_writer *writer, const void *data, size_t len)
{
	if (io_write_all(writer->fd, data, len) == -1)
		return -1;
	writer->size += (off_t)len;
	return 0;
}

int
zst_writer_note(struct zst_writer *writer, const char *text)
{
	uint32_t len = (uint32_t)strlen(text);
	/* A skippable frame: magic number and length, least significant byte first. */
	const uint8_t head[8] = {0x50, 0x2a, 0x4d, 0x18, (uint8_t)len, (uint8_t)(len >> 8),
	    (uint8_t)(len >> 16), (uint8_t)(len >> 24)};

	return write_out(writer, head, sizeof(head)) == -1 ? -1 : write_out(writer, text, len);
}

/* Compresses until all is taken, or with ZSTD_e_end until all is out. */
static int
compress(struct zst_writer *writer, const void *data, size_t len, ZSTD_EndDirective end)
{
	ZSTD_inBuffer in = {data, len, 0};
	size_t left;

	do {
		ZSTD_outBuffer out = {writer->out, sizeof(writer->out), 0};

		left = ZSTD_compressStream2(writer->zstd, &out, &in, end);
		if (ZSTD_isError(left)) {
			/* Not as many bytes as expected: the file changes under our hands. */
			log_errorx("zstd: %s", ZSTD_getErrorName(left));
			errno = EIO;
			return -1;
		}
		if (write_out(writer, writer->out, out.pos) == -1)
			return -1;
	} while (end == ZSTD_e_end ? left > 0 : in.pos < in.size);
	return 0;
}

/* Sends what was written on its way, without waiting for it: fsync then finds less to do. */
static void
send_on(struct zst_writer *writer)
{
	enum { AT_ONCE = 256 * 1024 };

	if (writer->size - writer->sent < AT_ONCE)
		return;
#ifdef SYNC_FILE_RANGE_WRITE
	/* Not every file system can, and none must. */
	sync_file_range(
	    writer->fd, writer->sent, writer->size - writer->sent, SYNC_FILE_RANGE_WRITE);
#endif
	writer->sent = writer->size;
}

int
zst_writer_put(struct zst_writer *writer, const void *data, size_t len)
{
	if (compress(writer, data, len, ZSTD_e_continue) == -1)
		return -1;
	writer->worked += (int64_t)len;
	send_on(writer);
	return 0;
}

int
zst_writer_finish(struct zst_writer *writer)
{
	return compress(writer, NULL, 0, ZSTD_e_end) == -1 ? -1 : fsync(writer->fd);
}

void
zst_writer_free(struct zst_writer *writer)
{
	int saved = errno;
	int64_t worked;

	if (writer == NULL)
		return;
	worked = writer->worked;
	ZSTD_freeCCtx(writer->zstd);
	close(writer->fd);
	free(writer);
	mem_trim((size_t)worked);
	errno = saved;
}
