/* Peers: helper programs that tests start, talk to over loopback, and end. */
#ifndef TESTS_PEER_H
#define TESTS_PEER_H

#include <sys/types.h>

struct peer {
	pid_t pid;
	int in;   /* its standard input: it ends when this is closed */
	int port; /* that it printed */
};

/* The path of a program that lies beside the test's own, to free. */
char *peer_path(const char *name);
/*
 * Starts such a program with arguments, the last one NULL, and waits for its port. Ends the test
 * program when that fails.
 */
void peer_start(struct peer *peer, const char *name, ...) __attribute__((sentinel));
/* Ends it and returns its exit status, or -1 when a signal ended it. */
int peer_stop(struct peer *peer);

#endif
