/*
 * A main for fuzz targets where libFuzzer is not linked in: runs every file of the corpus
 * through the target. fuzz_X reads $top_srcdir/tests/corpus/X, or the files and directories
 * that it is given. One TAP test a target; an input that crashes ends the program, and the last
 * comment names it.
 */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *
target_name(const char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash != NULL ? slash + 1 : path;

	return strncmp(name, "fuzz_", 5) == 0 ? name + 5 : name;
}

static void
bail_out(const char *what, const char *path)
{
	printf("Bail out! %s %s: %s\n", what, path, strerror(errno));
	exit(1);
}

static void
read_file(const char *path, struct buf *buf)
{
	FILE *file = fopen(path, "rb");
	size_t n;

	if (file == NULL)
		bail_out("cannot open", path);
	buf_clear(buf);
	do {
		n = fread(buf_room(buf, 65536), 1, 65536, file);
		buf->len += n;
	} while (n > 0);
	if (ferror(file))
		bail_out("cannot read", path);
	fclose(file);
}

/* The input gets an allocation of its own size, so that the sanitizer sees a read past its end. */
static size_t
replay_file(const char *path)
{
	struct buf buf = BUF_EMPTY;
	uint8_t *exact;

	read_file(path, &buf);
	printf("# %s, %zu bytes\n", path, buf.len);
	fflush(stdout);
	exact = xmemdup(buf.data, buf.len);
	LLVMFuzzerTestOneInput(exact, buf.len);
	free(exact);
	buf_free(&buf);
	return 1;
}

static int
is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static size_t
replay_directory(const char *path)
{
	struct dirent **entries;
	size_t inputs = 0;
	int n = scandir(path, &entries, is_visible, alphasort), i;

	if (n < 0)
		bail_out("cannot read", path);
	for (i = 0; i < n; i++) {
		char *file = xasprintf("%s/%s", path, entries[i]->d_name);

		inputs += replay_file(file);
		free(file);
		free(entries[i]);
	}
	free(entries);
	return inputs;
}

static size_t
replay(const char *path)
{
	struct stat st;

	if (stat(path, &st) != 0)
		bail_out("cannot find", path);
	return S_ISDIR(st.st_mode) ? replay_directory(path) : replay_file(path);
}

int
main(int argc, char **argv)
{
	const char *root = getenv("top_srcdir"), *name = target_name(argv[0]);
	size_t inputs = 0;
	char *corpus;
	int i;

	puts("1..1");
	if (argc > 1) {
		for (i = 1; i < argc; i++)
			inputs += replay(argv[i]);
	} else {
		corpus = xasprintf("%s/tests/corpus/%s", root != NULL ? root : ".", name);
		inputs = replay(corpus);
		free(corpus);
	}
	/* An empty corpus would make this test say nothing, for ever. */
	printf("%s 1 - %s takes each of %zu inputs\n", inputs > 0 ? "ok" : "not ok", name, inputs);
	return inputs > 0 ? 0 : 1;
}
