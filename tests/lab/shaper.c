/* A narrow place. */
#include "tests/lab/shaper.h"

int64_t
shaper_pass(struct shaper *shaper, int64_t now_ns, size_t len)
{
	if (shaper->kbit <= 0)
		return now_ns;
	if (shaper->free_ns < now_ns)
		shaper->free_ns = now_ns;
	shaper->free_ns += (int64_t)((double)len * 8 * 1e6 / shaper->kbit);
	return shaper->free_ns;
}
