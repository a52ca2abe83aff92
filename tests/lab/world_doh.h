/* DNS over HTTPS (RFC 8484), the lab's servers' side. Pure. */
#ifndef TESTS_LAB_WORLD_DOH_H
#define TESTS_LAB_WORLD_DOH_H

#include <stdbool.h>

struct buf;
struct request;
struct resolver;
struct world;

/* Whether it asks /dns-query. */
bool doh_is_query(const struct request *request);
/* Appends the answer, nothing where the resolver keeps silent; false: it is no query. */
bool doh_answer(const struct world *world, const struct resolver *resolver,
    const struct request *request, const struct buf *body, struct buf *answer);

#endif
