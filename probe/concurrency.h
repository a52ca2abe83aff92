/* How many targets may be measured at a time. */
#ifndef PROBE_CONCURRENCY_H
#define PROBE_CONCURRENCY_H

#include <stddef.h>

/*
 * As many as wanted, or fewer where so many files may be open at once that the sockets would not do: a socket that cannot be had
 * looks like a failure of the site's. Each target may have a question open to each UDP resolver for A and AAAA, and 9 connections;
 * `resting` others for each that is at work only listen for late answers. At least 1. Pure.
 */
size_t concurrency_allowed(size_t wanted, size_t files, size_t udp_resolvers, size_t resting);

#endif
