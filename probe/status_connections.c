/* Bounds on the connections of an evhttp server. */
#include "probe/status_connections.h"

#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>

#include "base/log.h"
#include "base/mem.h"

struct connection {
	struct status_connections *all;
	struct bufferevent *bev; /* evhttp's, and referred to */
	struct event *deadline;
	struct connection *next; /* a younger one */
};

struct status_connections {
	struct event_base *base;
	struct evhttp *http;
	struct connection *oldest;
	int n, most, deadline_ms;
};

/*
 * evhttp tells nobody when a connection that never became a request ends. But it keeps an event callback on every bufferevent,
 * which bufferevent_free takes away.
 */
static bool
has_ended(const struct connection *c)
{
	bufferevent_event_cb event_cb;

	bufferevent_getcb(c->bev, NULL, NULL, &event_cb, NULL);
	return event_cb == NULL;
}

static void
drop(struct connection **at)
{
	struct connection *c = *at;

	*at = c->next;
	c->all->n--;
	event_free(c->deadline);
	bufferevent_decref(c->bev);
	free(c);
}

/* evhttp sees its end, and cleans up. */
static void
cut(const struct connection *c)
{
	evutil_socket_t fd = bufferevent_getfd(c->bev);

	if (!has_ended(c) && fd != -1)
		(void)shutdown(fd, SHUT_RDWR);
}

static void
on_deadline(evutil_socket_t fd, short what, void *arg)
{
	struct connection *c = arg, **at;

	(void)fd;
	(void)what;
	cut(c);
	for (at = &c->all->oldest; *at != c;)
		at = &(*at)->next;
	drop(at);
}

static void
drop_ended(struct status_connections *all)
{
	struct connection **at = &all->oldest;

	while (*at != NULL)
		if (has_ended(*at))
			drop(at);
		else
			at = &(*at)->next;
}

static struct connection *
add(struct status_connections *all)
{
	struct connection *c = xcalloc(1, sizeof(*c)), **at = &all->oldest;
	struct timeval life = {all->deadline_ms / 1000, all->deadline_ms % 1000 * 1000};

	c->all = all;
	c->bev = bufferevent_socket_new(all->base, -1, 0);
	c->deadline = evtimer_new(all->base, on_deadline, c);
	if (c->bev == NULL || c->deadline == NULL)
		log_fatalx("out of memory (a connection)");
	bufferevent_incref(c->bev);
	evtimer_add(c->deadline, &life);
	while (*at != NULL)
		at = &(*at)->next;
	*at = c;
	all->n++;
	return c;
}

/* A connection has come. The socket, which evhttp closes, is set later. */
static struct bufferevent *
on_connection(struct event_base *base, void *arg)
{
	struct status_connections *all = arg;

	(void)base;
	drop_ended(all);
	if (all->n >= all->most) {
		cut(all->oldest);
		drop(&all->oldest);
	}
	return add(all)->bev;
}

struct status_connections *
status_connections_new(struct event_base *base, struct evhttp *http, int most, int deadline_ms)
{
	struct status_connections *all = xcalloc(1, sizeof(*all));

	*all = (struct status_connections){.base = base, .http = http, .most = most, .deadline_ms = deadline_ms};
	evhttp_set_bevcb(http, on_connection, all);
	return all;
}

void
status_connections_free(struct status_connections *all)
{
	if (all == NULL)
		return;
	evhttp_set_bevcb(all->http, NULL, NULL);
	while (all->oldest != NULL)
		drop(&all->oldest);
	free(all);
}
