/*
 * What a picture is like: png_look FILE [RRGGBB...] prints "WIDTH HEIGHT COLOURS EDGE", the number of different colours in all
 * and in the last column of pixels, which shows whether something runs over the right edge; then those of the named colours
 * that it has. Reads what browsers write: PNG (RFC 2083) of 8 bits, RGB or RGBA, not interlaced.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/reader.h"

struct png {
	uint32_t width, height;
	size_t channels;
	struct buf packed;
};

static _Noreturn void
no_picture(const char *why)
{
	fprintf(stderr, "png_look: %s\n", why);
	exit(1);
}

static void
read_file(const char *path, struct buf *buf)
{
	FILE *file = fopen(path, "rb");
	size_t n;

	if (file == NULL)
		no_picture("cannot open it");
	do {
		n = fread(buf_room(buf, 65536), 1, 65536, file);
		buf->len += n;
	} while (n > 0);
	fclose(file);
}

static void
read_header(struct reader *r, struct png *png)
{
	uint8_t depth, type;

	png->width = reader_u32(r);
	png->height = reader_u32(r);
	depth = reader_u8(r);
	type = reader_u8(r);
	reader_u16(r);
	if (depth != 8 || (type != 2 && type != 6) || reader_u8(r) != 0 || r->failed)
		no_picture("not of the kind that is read here");
	png->channels = type == 2 ? 3 : 4;
}

static void
read_chunks(const struct buf *file, struct png *png)
{
	struct reader r, chunk;
	const uint8_t *name, *data;
	uint32_t len;

	reader_init(&r, file->data, file->len);
	name = reader_bytes(&r, 8);
	if (name == NULL || memcmp(name, "\x89PNG\r\n\x1a\n", 8) != 0)
		no_picture("no PNG");
	while (reader_left(&r) > 0) {
		len = reader_u32(&r);
		name = reader_bytes(&r, 4);
		data = reader_bytes(&r, len);
		reader_u32(&r);
		if (r.failed)
			no_picture("it is cut off");
		if (memcmp(name, "IHDR", 4) == 0) {
			reader_init(&chunk, data, len);
			read_header(&chunk, png);
		} else if (memcmp(name, "IDAT", 4) == 0)
			buf_add(&png->packed, data, len);
	}
	if (png->channels == 0 || png->width == 0 || png->height == 0 || png->width > 10000 || png->height > 20000)
		no_picture("it has no size, or too much of it");
}

static uint8_t
paeth(int left, int up, int corner)
{
	int p = left + up - corner, a = abs(p - left), b = abs(p - up), c = abs(p - corner);

	return (uint8_t)(a <= b && a <= c ? left : b <= c ? up : corner);
}

/* RFC 2083, 6. */
static void
unfilter(uint8_t filter, uint8_t *row, const uint8_t *above, size_t len, size_t channels)
{
	uint8_t left, up, corner, add;
	size_t i;

	for (i = 0; i < len; i++) {
		left = i >= channels ? row[i - channels] : 0;
		up = above != NULL ? above[i] : 0;
		corner = i >= channels && above != NULL ? above[i - channels] : 0;
		switch (filter) {
		case 0:
			add = 0;
			break;
		case 1:
			add = left;
			break;
		case 2:
			add = up;
			break;
		case 3:
			add = (uint8_t)((left + up) / 2);
			break;
		case 4:
			add = paeth(left, up, corner);
			break;
		default:
			no_picture("an unknown filter");
		}
		row[i] = (uint8_t)(row[i] + add);
	}
}

static int
compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

/* Sorts them, and takes out what is there twice. Returns how many are left. */
static size_t
different(uint32_t *colours, size_t n)
{
	size_t count = 0, i;

	qsort(colours, n, sizeof(*colours), compare);
	for (i = 0; i < n; i++)
		if (i == 0 || colours[i] != colours[i - 1])
			colours[count++] = colours[i];
	return count;
}

int
main(int argc, char **argv)
{
	struct buf file = BUF_EMPTY;
	struct png png = {.packed = BUF_EMPTY};
	uint8_t *rows, *row, *above = NULL;
	uint32_t *all, *edge, wanted;
	size_t width, x, y, n;
	uLongf len;
	int i;

	if (argc < 2)
		return 64;
	read_file(argv[1], &file);
	read_chunks(&file, &png);
	width = png.width * png.channels;
	len = (width + 1) * png.height;
	rows = xmalloc(len);
	if (uncompress(rows, &len, (uint8_t *)png.packed.data, png.packed.len) != Z_OK || len != (width + 1) * png.height)
		no_picture("its pixels cannot be unpacked");
	all = xcalloc((size_t)png.width * png.height, sizeof(*all));
	edge = xcalloc(png.height, sizeof(*edge));
	for (y = 0; y < png.height; y++, above = row) {
		row = rows + y * (width + 1) + 1;
		unfilter(row[-1], row, above, width, png.channels);
		for (x = 0; x < png.width; x++)
			all[y * png.width + x] = (uint32_t)row[x * png.channels] << 16 |
			                         (uint32_t)row[x * png.channels + 1] << 8 | row[x * png.channels + 2];
		edge[y] = all[y * png.width + png.width - 1];
	}
	n = different(all, (size_t)png.width * png.height);
	printf("%u %u %zu %zu", png.width, png.height, n, different(edge, png.height));
	for (i = 2; i < argc; i++) {
		wanted = (uint32_t)strtoul(argv[i], NULL, 16);
		if (bsearch(&wanted, all, n, sizeof(*all), compare) != NULL)
			printf(" %s", argv[i]);
	}
	putchar('\n');
	free(all);
	free(edge);
	free(rows);
	buf_free(&file);
	buf_free(&png.packed);
	return 0;
}
