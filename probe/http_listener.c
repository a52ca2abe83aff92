/* A listening socket for an evhttp. */
#include "probe/http_listener.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/listener.h>

#include "base/log.h"
#include "base/mem.h"

enum { BACKLOG = 64 };

struct http_listener {
	struct evconnlistener *socket; /* the evhttp's */
	struct event *again;
	bool stopped;
	struct http_listener *next;
};

/* libevent tells of an error with the socket and evhttp's argument, not with ours. */
static struct http_listener *all;

static void
accept_again(evutil_socket_t fd, short what, void *arg)
{
	struct http_listener *listener = arg;

	(void)fd;
	(void)what;
	if (!listener->stopped)
		evconnlistener_enable(listener->socket);
}

static void
on_accept_error(struct evconnlistener *socket, void *arg)
{
	static const struct timeval pause = {1, 0};
	struct http_listener *listener;

	(void)arg;
	log_warn("cannot take a connection");
	evconnlistener_disable(socket);
	for (listener = all; listener != NULL; listener = listener->next)
		if (listener->socket == socket)
			evtimer_add(listener->again, &pause);
}

struct http_listener *
http_listener_new(struct event_base *base, struct evhttp *http, const struct sockaddr *address, int address_len)
{
	struct http_listener *listener;
	struct evconnlistener *socket = evconnlistener_new_bind(base, NULL, NULL,
	    LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC | LEV_OPT_REUSEABLE, BACKLOG, address, address_len);

	if (socket == NULL)
		return NULL;
	listener = xcalloc(1, sizeof(*listener));
	listener->socket = socket;
	listener->again = evtimer_new(base, accept_again, listener);
	if (listener->again == NULL || evhttp_bind_listener(http, socket) == NULL)
		log_fatalx("out of memory (a listener)");
	evconnlistener_set_error_cb(socket, on_accept_error);
	listener->next = all;
	all = listener;
	return listener;
}

void
http_listener_free(struct http_listener *listener)
{
	struct http_listener **at;

	if (listener == NULL)
		return;
	for (at = &all; *at != listener;)
		at = &(*at)->next;
	*at = listener->next;
	event_free(listener->again);
	free(listener);
}

void
http_listener_address(const struct http_listener *listener, struct sockaddr_storage *sa)
{
	socklen_t len = sizeof(*sa);

	memset(sa, 0, sizeof(*sa));
	(void)getsockname(evconnlistener_get_fd(listener->socket), (struct sockaddr *)sa, &len);
}

void
http_listener_stop(struct http_listener *listener)
{
	listener->stopped = true;
	evconnlistener_disable(listener->socket);
}
