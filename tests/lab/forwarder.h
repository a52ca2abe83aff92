/*
 * The middle of the road: takes packets from the home's side and the world's, lets the line and the
 * censor have their way, and sends what is left on. Between them it is three pretended routers to
 * the censor's box and four behind it.
 */
#ifndef LAB_FORWARDER_H
#define LAB_FORWARDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct event_base;
struct line;
struct rule;
struct forwarder;

enum { MAC_SIZE = 6 };

struct forwarder_plan {
	struct event_base *base;
	int home_fd, world_fd; /* packet sockets (forwarder_socket); taken over */
	uint8_t home_mac[MAC_SIZE], world_mac[MAC_SIZE]; /* where packets go on either side */
	const struct line *line;                         /* borrowed, as the rules */
	const struct rule *rules;
	size_t nrules;
	uint64_t seed;
};

/* A packet socket on an interface of the current network namespace. */
int forwarder_socket(const char *interface);
/* The scenario's seconds count from here. */
struct forwarder *forwarder_new(const struct forwarder_plan *plan);
/* Whether a packet is on its way. */
bool forwarder_is_busy(const struct forwarder *f);
/* NULL is fine. */
void forwarder_free(struct forwarder *f);

#endif
