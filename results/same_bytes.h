/* Does a compressed copy hold the bytes of its original? Found out in slices. */
#ifndef RESULTS_SAME_BYTES_H
#define RESULTS_SAME_BYTES_H

#include <stddef.h>

struct same_bytes;

enum same_result {
	SAME_YES, /* all of them, and no more */
	SAME_MORE, /* so far */
	SAME_NO, /* or one of them cannot be read: same_bytes_why */
};

/* Both are read from the disk rather than from the system's memory, where that can be had. NULL with errno. */
struct same_bytes *same_bytes_new(int dir_fd, const char *original, const char *copy);
/* NULL is fine. */
void same_bytes_free(struct same_bytes *same);
/* Compares about `budget` bytes more. */
enum same_result same_bytes_step(struct same_bytes *same, size_t budget);
/* After SAME_NO: in words. */
const char *same_bytes_why(const struct same_bytes *same);

#endif
