/* What an answer means for a record that was sent, and when it is sent again. Pure. */
#ifndef PROBE_WEBHOOK_RETRY_H
#define PROBE_WEBHOOK_RETRY_H

#include <stdint.h>

enum webhook_answer {
	WEBHOOK_TAKEN, /* 2xx */
	WEBHOOK_LATER, /* no answer, 408, 429, 5xx */
	WEBHOOK_REFUSED, /* any other: it would be so again. A redirect is one of them, because none is followed */
};

/* Of a pause of our own the longest; of one that the server asks for (Retry-After, RFC 9110 section 10.2.3) the longest that it gets. */
enum { WEBHOOK_PAUSE_MOST_MS = 15 * 60 * 1000, WEBHOOK_ASKED_MOST_S = 60 * 60 };

/* status 0: no answer came. */
enum webhook_answer webhook_answer(long status);
/*
 * Milliseconds before the next try, after so many failures in a row (1 and more). first_ms after the first one, twice as long after
 * each other; of that, between the half and all, as `random` (0 to 1) says: many probes must not come back at once. asked_s: what the
 * server asked for, 0 nothing; then that, and up to a tenth more.
 */
int64_t webhook_pause_ms(unsigned failures, int first_ms, int64_t asked_s, double random);

#endif
