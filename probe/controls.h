/* The controls of a round, measured in passes: before the targets, when many look bad, and after. */
#ifndef PROBE_CONTROLS_H
#define PROBE_CONTROLS_H

#include <stdbool.h>
#include <stddef.h>

#include "probe/network.h"

struct arena;
struct controls;
struct landmarks;
struct list;
struct measurement;
struct probe;
struct resolver;

struct controls_plan {
	struct probe *probe;
	const struct list *list; /* borrowed; rows for another country are left out */
	const char *country; /* of the line; "ZZ" unknown */
	struct resolver *resolvers; /* borrowed; their health is counted here */
	size_t nresolvers;
	/* A new measurement with its envelope filled in; the control's session completes it. */
	struct measurement *(*new_measurement)(const char *input, void *arg);
	struct landmarks *landmarks; /* borrowed; those reached over TLS are added. NULL: not wanted */
	/* One control is measured: m is the callee's to keep or free. outcome's strings live in m. */
	void (*measured)(struct measurement *m, const struct control_outcome *outcome, void *arg);
	/* The pass is over; tally holds its counts. */
	void (*passed)(const struct network_tally *tally, void *arg);
	void *arg;
};

/* Bad rows of the list are logged and left out. */
struct controls *controls_new(const struct controls_plan *plan);
/* No pass may be running. NULL is fine. */
void controls_free(struct controls *controls);
/* Starts a pass; phase is a static string for the records. `passed` comes from the loop, also when there are no controls. */
void controls_pass(struct controls *controls, const char *phase);
bool controls_running(const struct controls *controls);
/* Ends a running pass soon; `passed` follows. */
void controls_interrupt(struct controls *controls);

/* Adds what a finished measurement's queries say of each resolver's health. */
void resolvers_count(struct resolver *resolvers, size_t n, const struct measurement *m);

#endif
