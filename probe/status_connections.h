/*
 * The connections of an evhttp server, bounded in number and in life. libevent's own timeout starts anew with each byte, so
 * a client that sends one now and then would stay for ever.
 */
#ifndef PROBE_STATUS_CONNECTIONS_H
#define PROBE_STATUS_CONNECTIONS_H

struct event_base;
struct evhttp;
struct status_connections;

/*
 * Watches all connections of http from now on. Each is cut deadline_ms after it came; where more than `most` are open, the
 * oldest is cut: honest requests are answered at once, so it is the one that dawdles.
 */
struct status_connections *status_connections_new(struct event_base *base, struct evhttp *http, int most, int deadline_ms);
/* Before evhttp_free; NULL is fine. */
void status_connections_free(struct status_connections *connections);

#endif
