/*
 * How often strangers may ask: so many a minute each, and so many in all. Clients are known for the minute only,
 * IPv6 ones by their /64, which is what one of them has. Pure: the caller tells the time.
 */
#ifndef PROBE_RATE_H
#define PROBE_RATE_H

#include <stdint.h>

struct rate;

/* What a client is known by: its address, or of IPv6 the /64. */
enum { RATE_KEY = 16 };
void rate_key(const char *client, uint8_t key[RATE_KEY]);

struct rate *rate_new(int each, int all);
/* NULL is fine. */
void rate_free(struct rate *rate);
/*
 * A request of the client at this textual address, at the monotonic time now_ns. Returns 0, and counts it, when it may
 * be served; else the seconds to wait, at least 1.
 */
int rate_ask(struct rate *rate, const char *client, int64_t now_ns);

#endif
