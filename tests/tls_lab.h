/*
 * What the TLS tests share: certificates made for the run, misbehaving peers as children, and a
 * probe whose roots are the run's own.
 */
#ifndef TESTS_TLS_LAB_H
#define TESTS_TLS_LAB_H

#include <stdbool.h>
#include <stddef.h>

#include "probe/conf.h"
#include "probe/probe.h"

/* cmocka group fixtures: a fresh directory with mkcerts' files for good.test, 127.0.0.1 and ::1. */
int lab_setup(void **state);
int lab_teardown(void **state);
/* A file in that directory, there or not; a static string, good until the fourth next call. */
const char *lab_path(const char *file);
/* Creates a file there and returns its path. */
const char *lab_write(const char *file, const void *data, size_t len);
/* A whole file, to free. */
char *lab_read(const char *path, size_t *len);
/* How many descriptors are open. */
size_t lab_descriptors(void);
/* Whether this machine can listen on ::1. */
bool lab_has_ipv6(void);

struct peer {
	int pid, in;
	int port;
	char address[64]; /* "127.0.0.1:port" or "[::1]:port" */
};
/* Starts peer_tls with a mode and options, NULL at the end, and waits for its port. */
void peer_start(struct peer *peer, const char *mode, ...) __attribute__((sentinel));
/* The same with the chain in a file of the directory. */
void peer_start_with(struct peer *peer, const char *mode, const char *chain, ...)
    __attribute__((sentinel));
void peer_stop(struct peer *peer);

struct lab {
	struct conf conf;
	struct probe probe;
};
/* Roots: root.pem; the machine's store: bundle, a file of the directory. */
void lab_open(struct lab *lab, const char *bundle);
void lab_close(struct lab *lab);

#endif
