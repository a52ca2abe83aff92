/* What the lab's resolvers answer, and what lies they tell. Pure: fuzzed. */
#ifndef TESTS_LAB_WORLD_DNS_H
#define TESTS_LAB_WORLD_DNS_H

#include <stddef.h>

struct buf;
struct resolver;
struct world;

enum dns_outcome {
	DNS_NO_QUERY, /* these bytes are none; nobody answers */
	DNS_SILENCE,  /* the resolver says nothing to it */
	DNS_ANSWERED
};

enum { DNS_ANSWER_MAX = 65535, DNS_ANSWER_UDP = 512 /* without EDNS */ };

/*
 * Appends this resolver's answer to a query. max: bytes that the way back carries, before EDNS says
 * more; an answer beyond it is truncated.
 */
enum dns_outcome dns_answer(const struct world *world, const struct resolver *resolver,
    const void *query, size_t len, size_t max, struct buf *out);

#endif
