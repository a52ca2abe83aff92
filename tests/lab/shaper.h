/* A narrow place: what passes it takes its time, and waits for what came before. Pure. */
#ifndef LAB_SHAPER_H
#define LAB_SHAPER_H

#include <stddef.h>
#include <stdint.h>

struct shaper {
	double kbit; /* a second; 0: no limit */
	int64_t free_ns; /* when the last of what came so far is through */
};

/* When `len` bytes that come at `now` are through. To be called in the order of time. */
int64_t shaper_pass(struct shaper *shaper, int64_t now_ns, size_t len);

#endif
