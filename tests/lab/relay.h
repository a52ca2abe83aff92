/* The home router's resolver: hands UDP queries on to the provider's, and the answers back. */
#ifndef LAB_RELAY_H
#define LAB_RELAY_H

#include <netinet/in.h>

struct event_base;
struct relay;

/* Both sockets are bound in the current network namespace. NULL, logged, where that failed. */
struct relay *relay_new(struct event_base *base, const char *at, const char *upstream);
/* NULL is fine. */
void relay_free(struct relay *relay);

#endif
