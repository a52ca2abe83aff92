/*
 * What a service manager is told: sd_notify(3)'s protocol, datagrams to $NOTIFY_SOCKET. Without that variable every function here
 * does nothing, so that callers need not ask. $LISTEN_FDS is not used.
 */
#ifndef PROBE_SERVICE_H
#define PROBE_SERVICE_H

#include <stdbool.h>

struct event_base;
struct service;

/*
 * Reads the environment and opens the socket: before the sandbox. A bad value is logged, and then it is as without. Never NULL.
 */
struct service *service_new(void);
/* NULL is fine. Says nothing: service_stopping does. */
void service_free(struct service *service);
/* Whether somebody listens. */
bool service_listens(const struct service *service);

/* It may take an hour until service_ready: much is to be read first. */
void service_starting(struct service *service);
/* Up, and measuring; also when a reload is over. */
void service_ready(struct service *service);
/* A reload has begun (the monotonic time goes with it, for Type=notify-reload). service_ready must follow, also where it failed. */
void service_reloading(struct service *service);
void service_stopping(struct service *service);
/* A line for people, `systemctl status' shows it. Sent only when it is another than before. */
void service_status(struct service *service, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/*
 * Where the manager watches ($WATCHDOG_USEC, for this process: $WATCHDOG_PID), has this loop tell it twice in that time that it
 * runs: a loop that hangs does not. Again with another loop: moves there. Returns the milliseconds between two, 0: nobody watches.
 */
int service_watch(struct service *service, struct event_base *base);
/* Before the loop is freed. */
void service_unwatch(struct service *service);

#endif
