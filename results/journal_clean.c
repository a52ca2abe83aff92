/* Puts right what was interrupted. */
#include "results/journal_clean.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <unistd.h>

#include "base/log.h"
#include "results/care_act.h"
#include "results/care_index.h"
#include "results/seal.h"
#include "results/segment.h"

static void
remove_file(int dir_fd, const char *dir, const char *file)
{
	if (unlinkat(dir_fd, file, 0) == -1 && errno != ENOENT)
		log_warn("%s/%s: cannot remove what is left of interrupted work", dir, file);
}

static void
finish_seal(int dir_fd, const char *dir, const char *name)
{
	struct seal *seal = seal_new(dir_fd, name);
	enum care_step step = seal != NULL ? CARE_MORE : CARE_FAILED;

	while (step == CARE_MORE)
		step = seal_step(seal, 1024 * 1024);
	if (step == CARE_FAILED)
		log_warn("%s/%s: cannot tell whether its compressed copy is good, both stay", dir, name);
	seal_free(seal);
}

void
journal_clean(int dir_fd, const char *dir)
{
	bool acting = faccessat(dir_fd, CARE_ACT_FILE, F_OK, 0) == 0;
	char file[SEGMENT_FILE_SIZE];
	const struct segment *segment;
	struct segments list;
	size_t i;

	remove_file(dir_fd, dir, CARE_ACT_FILE ".part");
	remove_file(dir_fd, dir, CARE_INDEX_FILE ".part");
	if (segments_list(dir_fd, &list) == -1)
		log_warn("%s: cannot be searched for interrupted work", dir);
	for (i = 0; i < list.n; i++) {
		segment = &list.items[i];
		if (segment->bytes[SEGMENT_PART] >= 0)
			remove_file(dir_fd, dir, segment_file_name(segment->name, SEGMENT_PART, file));
		if (segment->bytes[SEGMENT_THIN] >= 0 && !acting)
			remove_file(dir_fd, dir, segment_file_name(segment->name, SEGMENT_THIN, file));
		if (segment->bytes[SEGMENT_PLAIN] >= 0 && segment->bytes[SEGMENT_ZST] >= 0)
			finish_seal(dir_fd, dir, segment->name);
	}
	segments_clear(&list);
}
