/* A country that stands: its networks, the servers of the world, and the censor's box in between. */
#ifndef LAB_COUNTRY_H
#define LAB_COUNTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "tests/lab/space.h"

struct arena;
struct event_base;
struct forwarder;
struct line;
struct relay;
struct rule;

struct country {
	struct arena *arena;  /* borrowed */
	const char *self;     /* this program: it plays the world, too */
	const char *certs;    /* made by "netvane-lab certs" */
	const char *dir;      /* where logs go */
	struct spaces spaces;
	struct event_base *base;
	pid_t world; /* -1: it is not there */
	struct relay *relay;
	struct forwarder *forwarder;
};

/* An event loop for packets: they are late by microseconds, not by the milliseconds that epoll counts in. */
struct event_base *country_base(void);
/* A file of that name in the directory, to append to. */
int country_log(const struct country *c, const char *name);
/*
 * Starts a server in the world and waits for its word, with which it says that it listens. What it says otherwise goes to a file of
 * that name. Logs and returns -1 where it does not get ready.
 */
int country_start_server(struct country *c, char *const *argv, const char *log, const char *word, pid_t *pid);
/* The servers, by the [world] of that file; clean: without its faults. */
int country_start_world(struct country *c, const char *path, bool clean);
/* The way between, open from now on. line and rules are borrowed until it is closed. */
int country_open_road(struct country *c, const struct line *line, const struct rule *rules, size_t nrules, uint64_t seed);
void country_close_road(struct country *c);
/* The road, the world, the loop. */
void country_end(struct country *c);

#endif
