/* One TCP connect to one address. */
#ifndef PROBE_CHECK_TCP_H
#define PROBE_CHECK_TCP_H

#include "probe/check.h"

/* ip is textual v4 or v6 (with %scope where it has one), borrowed until done. */
struct check *check_tcp_new(struct probe *probe, struct measurement *m, const char *ip, int port,
    void (*done)(struct check *check, void *arg), void *arg);
/*
 * In `done`, after success: the connected non-blocking socket, now the caller's to close. -1 when
 * there is none, or it was taken before. One that nobody takes is closed after `done`.
 */
int check_tcp_take(struct check *check);

#endif
