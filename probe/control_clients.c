/* The connections of a control vantage's clients. */
#include "probe/control_clients.h"

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <event2/listener.h>

#include "base/clock.h"
#include "base/mem.h"

/* How often they are looked at within the time that a request has. */
enum { LOOKS = 10 };

struct connection {
	struct bufferevent *bev; /* a reference: evhttp tells nobody when it frees one */
	int64_t since_ns; /* made or last answered */
	bool asking; /* its request is being worked at */
};

struct control_clients {
	struct evconnlistener *listener;
	struct event look;
	struct connection *connections; /* room for `most` */
	size_t n, most;
	int64_t request_ns;
	bool stopped;
};

/* evhttp has always set callbacks, and freeing takes them away. */
static bool
was_freed(struct bufferevent *bev)
{
	bufferevent_data_cb on_read, on_write;
	bufferevent_event_cb on_event;

	bufferevent_getcb(bev, &on_read, &on_write, &on_event, NULL);
	return on_read == NULL && on_write == NULL && on_event == NULL;
}

/* evhttp sees the end, and frees it. */
static void
cut(const struct connection *c)
{
	(void)shutdown(bufferevent_getfd(c->bev), SHUT_RDWR);
}

static void
look(evutil_socket_t fd, short what, void *arg)
{
	struct control_clients *clients = arg;
	int64_t now_ns = clock_mono_ns();
	struct connection *c;
	size_t i = 0;

	(void)fd;
	(void)what;
	while (i < clients->n) {
		c = &clients->connections[i];
		if (was_freed(c->bev)) {
			bufferevent_decref(c->bev);
			*c = clients->connections[--clients->n];
			continue;
		}
		if (!c->asking && now_ns - c->since_ns > clients->request_ns)
			cut(c);
		i++;
	}
	if (clients->n < clients->most && !clients->stopped)
		evconnlistener_enable(clients->listener);
}

struct control_clients *
control_clients_new(
    struct event_base *base, struct evconnlistener *listener, size_t most, int request_ms)
{
	struct control_clients *clients = xcalloc(1, sizeof(*clients));
	int every_ms = request_ms / LOOKS;
	struct timeval every = {every_ms / 1000, every_ms % 1000 * 1000};

	clients->listener = listener;
	clients->most = most;
	clients->connections = xcalloc(most, sizeof(*clients->connections));
	clients->request_ns = (int64_t)request_ms * 1000000;
	event_assign(&clients->look, base, -1, EV_PERSIST, look, clients);
	event_add(&clients->look, &every);
	return clients;
}

void
control_clients_free(struct control_clients *clients)
{
	size_t i;

	if (clients == NULL)
		return;
	event_del(&clients->look);
	for (i = 0; i < clients->n; i++)
		bufferevent_decref(clients->connections[i].bev);
	free(clients->connections);
	free(clients);
}

void
control_clients_add(struct control_clients *clients, struct bufferevent *bev)
{
	assert(clients->n < clients->most);
	bufferevent_incref(bev);
	clients->connections[clients->n++] =
	    (struct connection){.bev = bev, .since_ns = clock_mono_ns()};
	if (clients->n == clients->most)
		evconnlistener_disable(clients->listener);
}

static void
set_asking(struct control_clients *clients, const struct bufferevent *bev, bool asking)
{
	size_t i;

	for (i = 0; i < clients->n; i++)
		if (clients->connections[i].bev == bev) {
			clients->connections[i].asking = asking;
			clients->connections[i].since_ns = clock_mono_ns();
		}
}

void
control_clients_asked(struct control_clients *clients, const struct bufferevent *bev)
{
	set_asking(clients, bev, true);
}

void
control_clients_answered(struct control_clients *clients, const struct bufferevent *bev)
{
	set_asking(clients, bev, false);
}

void
control_clients_stop(struct control_clients *clients)
{
	clients->stopped = true;
}
