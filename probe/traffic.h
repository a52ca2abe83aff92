/*
 * What libcurl's sockets carry. It counts no TLS, but the kernel counts all; and a connection that is kept for the next transfer
 * has carried something before it is closed.
 */
#ifndef PROBE_TRAFFIC_H
#define PROBE_TRAFFIC_H

#include <stdint.h>

struct traffic;

/* What it finds is added to *in and *out, bytes, which must outlive it. */
struct traffic *traffic_new(int64_t *in, int64_t *out);
void traffic_free(struct traffic *traffic);
/* A TCP socket, new or connected. */
void traffic_opened(struct traffic *traffic, int fd);
/* Before it is closed. */
void traffic_closing(struct traffic *traffic, int fd);
/* Adds what open sockets carried since they were last looked at. */
void traffic_count(struct traffic *traffic);

#endif
