/* One TCP connection to a server of the lab. */
#include "tests/lab/world_conn.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>

#include "base/log.h"
#include "base/mem.h"
#include "tests/lab/world_tls.h"

enum { IDLE_S = 60, INPUT_MAX = 256 * 1024 };

static void
conn_reap(evutil_socket_t fd, short what, void *arg)
{
	struct conn *conn = arg;

	(void)fd;
	(void)what;
	tls_end(conn);
	bufferevent_free(conn->bev);
	if (conn->limit != NULL)
		ev_token_bucket_cfg_free(conn->limit);
	evbuffer_free(conn->input);
	event_del(&conn->reap);
	event_del(&conn->thinking);
	free(conn);
}

void
conn_close(struct conn *conn)
{
	if (conn->ended)
		return;
	conn->ended = true;
	bufferevent_disable(conn->bev, EV_READ | EV_WRITE);
	event_active(&conn->reap, EV_TIMEOUT, 1);
}

void
conn_reset(struct conn *conn)
{
	struct linger now = {.l_onoff = 1};

	if (conn->ended)
		return;
	(void)setsockopt(bufferevent_getfd(conn->bev), SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	conn_close(conn);
}

void
conn_write_raw(struct conn *conn, const void *data, size_t len)
{
	if (!conn->ended)
		bufferevent_write(conn->bev, data, len);
}

void
conn_write(struct conn *conn, const void *data, size_t len)
{
	if (conn->ended || conn->finishing || len == 0)
		return;
	if (conn->service->tls)
		tls_write(conn, data, len);
	else
		conn_write_raw(conn, data, len);
}

void
conn_finish(struct conn *conn)
{
	if (conn->ended || conn->finishing)
		return;
	if (conn->service->tls)
		tls_goodbye(conn);
	conn->finishing = true;
	conn->produce = NULL;
	if (evbuffer_get_length(bufferevent_get_output(conn->bev)) == 0)
		shutdown(bufferevent_getfd(conn->bev), SHUT_WR);
}

void
conn_limit(struct conn *conn, int kbit)
{
	const struct timeval tick = {0, 100000};
	size_t bytes = (size_t)kbit * 1000 / 8 / 10;

	if (conn->limit != NULL)
		return;
	if (bytes == 0)
		bytes = 1;
	conn->limit =
	    ev_token_bucket_cfg_new(EV_RATE_LIMIT_MAX, EV_RATE_LIMIT_MAX, bytes, bytes, &tick);
	if (conn->limit == NULL || bufferevent_set_rate_limit(conn->bev, conn->limit) != 0)
		log_fatalx("no rate limit");
}

static void
thought(evutil_socket_t fd, short what, void *arg)
{
	struct conn *conn = arg;

	(void)fd;
	(void)what;
	if (conn->ended)
		return;
	conn->thought = true;
	conn->service->input(conn);
}

bool
conn_thinks(struct conn *conn, int ms)
{
	const struct timeval when = {ms / 1000, ms % 1000 * 1000};

	if (!conn->thought && !event_pending(&conn->thinking, EV_TIMEOUT, NULL))
		event_add(&conn->thinking, &when);
	return conn->thought;
}

static void
on_read(struct bufferevent *bev, void *arg)
{
	struct conn *conn = arg;
	struct evbuffer *bytes = bufferevent_get_input(bev);

	if (conn->ended)
		return;
	if (conn->finishing || conn->produce != NULL) {
		evbuffer_drain(bytes, evbuffer_get_length(bytes));
		return;
	}
	if (conn->service->tls)
		tls_read(conn);
	else
		evbuffer_add_buffer(conn->input, bytes);
	if (conn->ended || evbuffer_get_length(conn->input) == 0)
		return;
	if (evbuffer_get_length(conn->input) > INPUT_MAX)
		conn_reset(conn);
	else
		conn->service->input(conn);
}

static void
on_written(struct bufferevent *bev, void *arg)
{
	struct conn *conn = arg;

	/* This callback is deferred, and comes once before anything was written: look again. */
	if (conn->ended || evbuffer_get_length(bufferevent_get_output(bev)) > 0)
		return;
	if (conn->finishing) {
		/* Not closed before the client does: what it still sends would be met with a RST.
		 */
		shutdown(bufferevent_getfd(bev), SHUT_WR);
		return;
	}
	if (conn->produce != NULL)
		conn->produce(conn);
}

static void
on_event(struct bufferevent *bev, short what, void *arg)
{
	(void)bev;
	if (what & (BEV_EVENT_EOF | BEV_EVENT_ERROR | BEV_EVENT_TIMEOUT))
		conn_close(arg);
}

void
conn_start(struct server *server, const struct service *service, int fd)
{
	const struct timeval idle = {IDLE_S, 0};
	struct sockaddr_storage local;
	socklen_t len = sizeof(local);
	struct conn *conn;

	if (getsockname(fd, (struct sockaddr *)&local, &len) != 0) {
		evutil_closesocket(fd);
		return;
	}
	conn = xcalloc(1, sizeof(*conn));
	conn->server = server;
	conn->service = service;
	world_ip_from(&conn->local, (struct sockaddr *)&local);
	conn->input = evbuffer_new();
	conn->bev = bufferevent_socket_new(
	    server->base, fd, BEV_OPT_CLOSE_ON_FREE | BEV_OPT_DEFER_CALLBACKS);
	if (conn->input == NULL || conn->bev == NULL)
		log_fatalx("no connection");
	event_assign(&conn->reap, server->base, -1, 0, conn_reap, conn);
	evtimer_assign(&conn->thinking, server->base, thought, conn);
	if (service->tls)
		tls_start(conn);
	bufferevent_setcb(conn->bev, on_read, on_written, on_event, conn);
	bufferevent_set_timeouts(conn->bev, &idle, &idle);
	bufferevent_enable(conn->bev, EV_READ | EV_WRITE);
}
