/* What is in a closed segment. */
#include "results/care_scan.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "results/record_source.h"
#include "results/thin.h"

struct care_scan {
	char file[SEGMENT_FILE_SIZE];
	struct record_source *source; /* NULL: it cannot be opened */
	int err;
	int64_t noted, worked; /* worked: bytes read */
	struct segment_count count;
	char block[64 * 1024];
};

struct care_scan *
care_scan_new(int dir_fd, const struct segment *segment)
{
	struct care_scan *scan = xcalloc(1, sizeof(*scan));
	int fd;

	segment_file_name(segment->name, segment_main_file(segment), scan->file);
	fd = openat(dir_fd, scan->file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	scan->err = errno;
	if (fd != -1)
		scan->source = record_source_of(fd);
	scan->noted = thin_noted(dir_fd, scan->file);
	return scan;
}

void
care_scan_free(struct care_scan *scan)
{
	int64_t worked;

	if (scan == NULL)
		return;
	worked = scan->worked;
	record_source_free(scan->source);
	record_lines_drop(&scan->count.lines);
	free(scan);
	mem_trim((size_t)worked);
}

static enum care_step
broken(struct care_scan *scan, const char *why)
{
	log_warnx("%s cannot be read to its end: %s", scan->file, why);
	segment_count_end(&scan->count);
	scan->count.facts.odd++;
	scan->count.facts.kept_one_of = scan->noted;
	return CARE_DONE;
}

enum care_step
care_scan_step(struct care_scan *scan, size_t budget)
{
	size_t done = 0;
	ssize_t n;

	if (scan->source == NULL)
		return broken(scan, strerror(scan->err));
	while (done < budget) {
		n = record_source_read(scan->source, scan->block, sizeof(scan->block));
		if (n == -1)
			return broken(scan, record_source_error(scan->source));
		if (n == 0) {
			segment_count_end(&scan->count);
			scan->count.facts.kept_one_of = scan->noted;
			return CARE_DONE;
		}
		segment_count_feed(&scan->count, scan->block, (size_t)n);
		done += (size_t)n;
		scan->worked += n;
	}
	return CARE_MORE;
}

const struct segment_facts *
care_scan_facts(const struct care_scan *scan)
{
	return &scan->count.facts;
}
