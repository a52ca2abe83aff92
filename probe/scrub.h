/*
 * Keeps this machine's own addresses out of the records: a server may write the visitor's address into a header or a page. What we
 * cannot know is the address that a router in front of us shows to the world.
 */
#ifndef PROBE_SCRUB_H
#define PROBE_SCRUB_H

#include <stddef.h>

struct measurement;

struct scrub {
	char **addresses; /* textual */
	size_t n;
};

/* The addresses of this machine's interfaces, loopback and link-local ones apart. Free with scrub_clear. */
void scrub_load(struct scrub *scrub);
void scrub_clear(struct scrub *scrub);
/*
 * Overwrites every one of them with as many 'x' in the headers, titles, redirects and kept pages of m's responses, a control vantage's included. An address
 * within a longer run of its own characters (192.0.2.1 in 192.0.2.13) is another one and stays. Pure.
 */
void scrub_measurement(const struct scrub *scrub, struct measurement *m);

#endif
