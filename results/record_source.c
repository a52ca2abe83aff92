/*
 * One file's bytes, plain, gzip (RFC 1952) or Zstandard (RFC 8878). The first bytes tell which,
 * not the name: standard input has none, and people rename files.
 */
#include "results/record_source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "base/log.h"
#include "base/mem.h"

struct codec;

struct record_source {
	int fd;
	const struct codec *codec;
	char in[128 * 1024];
	size_t pos, len; /* of `in`: what is not yet used */
	bool at_end; /* the file gives no more */
	int64_t taken;
	bool inside; /* a gzip member or a Zstandard frame has begun and not ended */
	z_stream gzip;
	ZSTD_DCtx *zstd;
	char error[120]; /* "" while all is well */
};

/* decode uses some of `in` and returns how much it made; it may set `error` and `inside`. */
struct codec {
	const char *name;
	bool (*is)(const uint8_t *start);
	void (*start)(struct record_source *source);
	size_t (*decode)(struct record_source *source, char *out, size_t size);
	void (*stop)(struct record_source *source);
};

static void
fail(struct record_source *source, const char *what, const char *why)
{
	snprintf(source->error, sizeof(source->error), "%s: %s", what, why);
}

static bool
plain_is(const uint8_t *start)
{
	(void)start;
	return true;
}

/* Of a plain file, once its first bytes are used up, nothing needs to go through `in`. */
static ssize_t
plain_read(struct record_source *source, char *out, size_t size)
{
	ssize_t n;

	do
		n = read(source->fd, out, size);
	while (n == -1 && errno == EINTR);
	if (n == -1)
		fail(source, "read error", strerror(errno));
	else
		source->taken += n;
	source->at_end = n <= 0;
	return n;
}

static size_t
plain_decode(struct record_source *source, char *out, size_t size)
{
	size_t n = source->len - source->pos;

	if (n > size)
		n = size;
	memcpy(out, source->in + source->pos, n);
	source->pos += n;
	return n;
}

static bool
gzip_is(const uint8_t *start)
{
	return start[0] == 0x1f && start[1] == 0x8b;
}

static void
gzip_start(struct record_source *source)
{
	/* 16: a gzip wrapper and nothing else. */
	if (inflateInit2(&source->gzip, 16 + MAX_WBITS) != Z_OK)
		log_fatalx("zlib cannot start");
}

static size_t
gzip_decode(struct record_source *source, char *out, size_t size)
{
	z_stream *z = &source->gzip;
	int result;

	z->next_in = (Bytef *)source->in + source->pos;
	z->avail_in = (uInt)(source->len - source->pos);
	z->next_out = (Bytef *)out;
	z->avail_out = (uInt)size;
	if (z->avail_in > 0)
		source->inside = true;
	result = inflate(z, Z_NO_FLUSH);
	source->pos = source->len - z->avail_in;
	if (result == Z_STREAM_END) {
		source->inside = false;
		inflateReset(z);
	} else if (result == Z_MEM_ERROR) {
		log_fatalx("out of memory (zlib)");
	} else if (result != Z_OK && result != Z_BUF_ERROR) {
		fail(source, "corrupt gzip data", z->msg != NULL ? z->msg : "preset dictionary");
	}
	return size - z->avail_out;
}

static void
gzip_stop(struct record_source *source)
{
	inflateEnd(&source->gzip);
}

/* A frame, or one of the skippable frames that pzstd and seekable writers put first. */
static bool
zstd_is(const uint8_t *start)
{
	return memcmp(start, "\x28\xb5\x2f\xfd", 4) == 0 ||
	    ((start[0] & 0xf0) == 0x50 && memcmp(start + 1, "\x2a\x4d\x18", 3) == 0);
}

static void
zstd_start(struct record_source *source)
{
	source->zstd = ZSTD_createDCtx();
	if (source->zstd == NULL)
		log_fatalx("out of memory (zstd)");
}

/* The window, and so the memory, stays below the library's default limit of 128 MiB. */
static size_t
zstd_decode(struct record_source *source, char *out, size_t size)
{
	ZSTD_inBuffer in = {source->in, source->len, source->pos};
	ZSTD_outBuffer to = {out, size, 0};
	size_t left = ZSTD_decompressStream(source->zstd, &to, &in);

	source->pos = in.pos;
	if (ZSTD_isError(left))
		fail(source, "corrupt zstd data", ZSTD_getErrorName(left));
	source->inside = left != 0;
	return to.pos;
}

static void
zstd_stop(struct record_source *source)
{
	ZSTD_freeDCtx(source->zstd);
}

/* The first that fits; plain fits all. */
static const struct codec codecs[] = {
    {"gzip", gzip_is, gzip_start, gzip_decode, gzip_stop},
    {"zstd", zstd_is, zstd_start, zstd_decode, zstd_stop},
    {"plain", plain_is, NULL, plain_decode, NULL},
};

/* Reads more behind what is there. */
static void
refill(struct record_source *source)
{
	ssize_t n;

	if (source->pos == source->len)
		source->pos = source->len = 0;
	do
		n = read(source->fd, source->in + source->len, sizeof(source->in) - source->len);
	while (n == -1 && errno == EINTR);
	if (n == -1)
		fail(source, "read error", strerror(errno));
	if (n <= 0) {
		source->at_end = true;
		return;
	}
	source->len += (size_t)n;
	source->taken += n;
}

static void
choose_codec(struct record_source *source)
{
	const struct codec *codec = codecs;
	uint8_t start[4] = {0};

	/* A pipe may bring the first bytes one by one. */
	while (source->len < sizeof(start) && !source->at_end)
		refill(source);
	memcpy(start, source->in, source->len < sizeof(start) ? source->len : sizeof(start));
	while (!codec->is(start))
		codec++;
	source->codec = codec;
	if (codec->start != NULL)
		codec->start(source);
}

struct record_source *
record_source_of(int fd)
{
	struct record_source *source = xcalloc(1, sizeof(*source));

	source->fd = fd;
	return source;
}

struct record_source *
record_source_open(const char *path)
{
	int fd = strcmp(path, "-") == 0 ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);

	return fd == -1 ? NULL : record_source_of(fd);
}

void
record_source_free(struct record_source *source)
{
	if (source == NULL)
		return;
	if (source->codec != NULL && source->codec->stop != NULL)
		source->codec->stop(source);
	if (source->fd != STDIN_FILENO)
		close(source->fd);
	free(source);
}

ssize_t
record_source_read(struct record_source *source, char *out, size_t size)
{
	size_t made;

	if (source->codec == NULL)
		choose_codec(source);
	if (source->codec->start == NULL && source->pos == source->len && !source->at_end)
		return plain_read(source, out, size);
	for (;;) {
		if (source->pos == source->len && !source->at_end)
			refill(source);
		if (source->error[0] != '\0')
			return -1;
		if (source->pos == source->len && !source->inside)
			return 0;
		made = source->codec->decode(source, out, size);
		if (made > 0)
			return (ssize_t)made;
		if (source->at_end && source->pos == source->len && source->inside &&
		    source->error[0] == '\0')
			snprintf(source->error, sizeof(source->error),
			    "truncated %s data: the end is missing", source->codec->name);
	}
}

const char *
record_source_error(const struct record_source *source)
{
	return source->error;
}

int64_t
record_source_taken(const struct record_source *source)
{
	return source->taken;
}
