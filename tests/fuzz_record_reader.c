/* Any bytes as a file of records: the reader ends, keeps its counts, and hands out sound lines. */
#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "results/record_reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
count(const char *file, int64_t line, const char *message, void *arg)
{
	size_t *n = arg;

	assert(file[0] != '\0' && line >= 0 && message[0] != '\0');
	(*n)++;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("records", MFD_CLOEXEC);
	char name[64], *path = name;
	struct record_reader *reader;
	struct record_line line;
	int64_t last = 0, done, all;
	size_t reported = 0;

	assert(fd != -1 && write(fd, data, size) == (ssize_t)size);
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	reader = record_reader_new(&path, 1, count, &reported);
	while (record_reader_next(reader, &line) == 1) {
		assert(line.len > 0 && line.len <= RECORD_LINE_MAX && line.data[line.len] == '\0');
		assert(memchr(line.data, '\n', line.len) == NULL || line.data[0] == '{');
		assert(line.line > last);
		last = line.line;
	}
	record_reader_progress(reader, &done, &all);
	assert(all == (int64_t)size && done <= all);
	assert(record_reader_errors(reader) == reported);
	record_reader_free(reader);
	close(fd);
	return 0;
}
