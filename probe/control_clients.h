/*
 * The connections of a control vantage's clients: how many there may be, and how long a request may take to come. libevent's own
 * timeout begins anew with each byte, and idle connections would take all descriptors.
 */
#ifndef PROBE_CONTROL_CLIENTS_H
#define PROBE_CONTROL_CLIENTS_H

#include <stddef.h>

struct bufferevent;
struct control_clients;
struct event_base;
struct evconnlistener;

/*
 * While there are `most` connections, the listener (borrowed, alive as long as the loop runs) takes no more; with fewer it is enabled
 * about ten times in request_ms, whoever disabled it. One without a whole
 * request for request_ms, since it was made or last answered, is cut.
 */
struct control_clients *control_clients_new(
    struct event_base *base, struct evconnlistener *listener, size_t most, int request_ms);
/* After evhttp_free. NULL is fine. */
void control_clients_free(struct control_clients *clients);
/* A new one, evhttp's; with BEV_OPT_CLOSE_ON_FREE. It is closed up to a moment after evhttp has freed it. */
void control_clients_add(struct control_clients *clients, struct bufferevent *connection);
/* Its request has come, and has its own time from here on. */
void control_clients_asked(struct control_clients *clients, const struct bufferevent *connection);
void control_clients_answered(struct control_clients *clients, const struct bufferevent *connection);
/* The listener is not to be touched any more. */
void control_clients_stop(struct control_clients *clients);

#endif
