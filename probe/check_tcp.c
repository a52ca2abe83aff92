/* One TCP connect to one address: refused, reset, unreachable and silent are kept apart. */
#include "probe/check_tcp.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <event2/event.h>

#include "base/mem.h"
#include "probe/address.h"
#include "probe/conf.h"
#include "probe/probe.h"
#include "results/failure.h"
#include "results/measurement.h"

struct check_tcp {
	struct check check;
	const char *ip;
	int port;
	int fd;  /* -1 none */
	int err; /* errno of the outcome */
	double t0;
	struct event writable;
};

static void
tcp_end(struct check_tcp *self, int err)
{
	self->err = err;
	check_finish(&self->check, failure_of_errno(self->check.m->arena, err));
}

static void
tcp_connected(evutil_socket_t fd, short what, void *arg)
{
	struct check_tcp *self = arg;
	int err = 0;
	socklen_t len = sizeof(err);

	(void)what;
	if (self->check.state != CHECK_RUNNING)
		return;
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &len) != 0)
		err = errno;
	tcp_end(self, err);
}

static void
tcp_start(struct check *check)
{
	struct check_tcp *self = (struct check_tcp *)check;
	struct addrinfo *ai = address_parse(self->ip, self->port, SOCK_STREAM);
	const int on = 1;

	self->t0 = check_now(check);
	if (ai == NULL) {
		tcp_end(self, EINVAL);
		return;
	}
	self->fd = socket(ai->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (self->fd < 0) {
		tcp_end(self, errno);
	} else {
		setsockopt(self->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
		if (connect(self->fd, ai->ai_addr, ai->ai_addrlen) == 0) {
			tcp_end(self, 0);
		} else if (errno != EINPROGRESS) {
			tcp_end(self, errno);
		} else {
			event_assign(&self->writable, check->probe->base, self->fd, EV_WRITE,
			    tcp_connected, self);
			event_add(&self->writable, NULL);
		}
	}
	freeaddrinfo(ai);
}

static void
tcp_record(struct check_tcp *self)
{
	struct check *check = &self->check;
	struct measurement *m = check->m;
	struct tcp_connect *seen = ARENA_PUSH(m->arena, m->tcp, m->ntcp);
	const char *address = arena_printf(
	    m->arena, strchr(self->ip, ':') != NULL ? "[%s]:%d" : "%s:%d", self->ip, self->port);

	check_common(check, &seen->c, self->t0);
	seen->ip = arena_strdup(m->arena, self->ip);
	seen->port = self->port;
	seen->failure = check->failure;
	seen->err = self->err;
	check_event(check, "connect", "tcp", address, 0, check->failure);
	m->events[m->nevents - 1].c.t0 = self->t0;
}

static void
tcp_stop(struct check *check)
{
	struct check_tcp *self = (struct check_tcp *)check;

	event_del(&self->writable);
	if (!check->cancelled)
		tcp_record(self);
	if (self->fd >= 0 && (check->cancelled || check->failure != NULL)) {
		close(self->fd);
		self->fd = -1;
	}
}

static void
tcp_release(struct check *check)
{
	int fd = check_tcp_take(check);

	if (fd >= 0)
		close(fd);
}

static const struct check_type tcp_type = {
    .name = "tcp",
    .size = sizeof(struct check_tcp),
    .start = tcp_start,
    .stop = tcp_stop,
    .release = tcp_release,
};

struct check *
check_tcp_new(struct probe *probe, struct measurement *m, const char *ip, int port,
    void (*done)(struct check *check, void *arg), void *arg)
{
	int timeout_ms = conf_scaled(probe->conf, probe->conf->tcp_ms);
	struct check *check = check_new(&tcp_type, probe, m, timeout_ms, done, arg);
	struct check_tcp *self = (struct check_tcp *)check;

	self->ip = ip;
	self->port = port;
	self->fd = -1;
	event_assign(&self->writable, probe->base, -1, 0, tcp_connected, self);
	return check;
}

int
check_tcp_take(struct check *check)
{
	struct check_tcp *self = (struct check_tcp *)check;
	int fd = self->fd;

	self->fd = -1;
	return fd;
}
