/* One QUIC ping: a packet, up to four times, and what comes back. */
#include "probe/check_quic.h"

#include <errno.h>
#include <netdb.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>
#include <event2/event.h>

#include "base/log.h"
#include "base/mem.h"
#include "probe/address.h"
#include "probe/conf.h"
#include "probe/endpoint.h"
#include "probe/probe.h"
#include "probe/quicwire.h"
#include "results/failure.h"
#include "results/measurement.h"
#include "results/quic_ping.h"

/* The last packet has as long for its answer as two pauses. EVENTS_MOST: a flood shall not fill the record. */
enum { PINGS = 4, SHARES = PINGS + 1, EVENTS_MOST = 64, DATAGRAM_MOST = 65535 };

struct check_quic {
	struct check check;
	const char *ip, *server_name;
	int port;
	char address[80];
	uint8_t packet[QUIC_PING_SIZE]; /* always the same: the answer to any of them will do */
	int fd; /* -1 none */
	struct event readable, again;
	const char *error; /* the last that the network sent, or the system had, instead of an answer */
	size_t events;
	double t0;
	/* Filled on the way; appended to m->quic in the end, at `result`. */
	struct quic_ping seen;
	size_t result;
};

static void
quic_event(struct check_quic *self, const char *operation, size_t bytes, const char *failure)
{
	if (self->events++ < EVENTS_MOST)
		check_event(&self->check, operation, "udp", self->address, (int64_t)bytes, failure);
}

/* An ICMP error, mostly. Anybody on the way can forge one, so the answer is waited for all the same. */
static void
quic_failed(struct check_quic *self, const char *operation, int err)
{
	self->error = failure_of_errno(self->check.m->arena, err);
	quic_event(self, operation, 0, self->error);
}

static void
quic_answered(struct check_quic *self, const uint32_t *versions, size_t n)
{
	self->seen.answered++;
	self->seen.versions = arena_memdup(self->check.m->arena, versions, n * sizeof(*versions));
	self->seen.nversions = n;
	check_finish(&self->check, NULL);
}

static void
quic_received(struct check_quic *self, const uint8_t *bytes, size_t len)
{
	uint32_t versions[QUIC_VERSIONS_MOST];
	size_t n;

	self->check.probe->bytes_in += (int64_t)len;
	quic_event(self, "read_from", len, NULL);
	if (quic_answer_read(self->packet, bytes, len, versions, &n))
		quic_answered(self, versions, n);
	else
		self->seen.unexpected++;
}

/* One datagram or error at a time; the loop comes back for more. */
static void
quic_readable(evutil_socket_t fd, short what, void *arg)
{
	static uint8_t bytes[DATAGRAM_MOST]; /* the loop runs one callback at a time */
	struct check_quic *self = arg;
	ssize_t n;

	(void)what;
	if (self->check.state != CHECK_RUNNING)
		return;
	n = recv(fd, bytes, sizeof(bytes), 0);
	if (n >= 0)
		quic_received(self, bytes, (size_t)n);
	else if (errno != EAGAIN && errno != EINTR)
		quic_failed(self, "read_from", errno);
}

static void
quic_send(struct check_quic *self)
{
	ssize_t n = send(self->fd, self->packet, sizeof(self->packet), 0);

	if (n < 0) {
		/* What is reported may be an ICMP error to the packet before; then this one was not sent yet. */
		quic_failed(self, "write_to", errno);
		n = send(self->fd, self->packet, sizeof(self->packet), 0);
	}
	if (n < 0)
		return;
	self->seen.sent++;
	self->check.probe->bytes_out += n;
	quic_event(self, "write_to", (size_t)n, NULL);
}

static void
quic_again(evutil_socket_t fd, short what, void *arg)
{
	struct check_quic *self = arg;

	(void)fd;
	(void)what;
	if (self->check.state != CHECK_RUNNING)
		return;
	quic_send(self);
	if (self->seen.sent >= PINGS)
		event_del(&self->again);
}

/* Returns 0, or an errno. */
static int
quic_open(struct check_quic *self)
{
	struct addrinfo *ai = address_parse(self->ip, self->port, SOCK_DGRAM);
	int err = 0;

	if (ai == NULL)
		return EINVAL;
	self->fd = socket(ai->ai_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (self->fd < 0 || connect(self->fd, ai->ai_addr, ai->ai_addrlen) != 0)
		err = errno;
	freeaddrinfo(ai);
	return err;
}

static void
quic_start(struct check *check)
{
	struct check_quic *self = (struct check_quic *)check;
	int pause_ms = check->timeout_ms / SHARES > 0 ? check->timeout_ms / SHARES : 1;
	const struct timeval pause = {pause_ms / 1000, pause_ms % 1000 * 1000};
	int err;

	self->t0 = check_now(check);
	if (getrandom(self->packet, sizeof(self->packet), 0) != (ssize_t)sizeof(self->packet))
		log_fatal("getrandom");
	quic_ping_shape(self->packet);
	err = quic_open(self);
	if (err != 0) {
		quic_failed(self, "connect", err);
		check_finish(check, self->error);
		return;
	}
	event_assign(&self->readable, check->probe->base, self->fd, EV_READ | EV_PERSIST,
	    quic_readable, self);
	event_add(&self->readable, NULL);
	event_add(&self->again, &pause);
	quic_send(self);
}

static void
quic_timeout(struct check *check)
{
	const struct check_quic *self = (const struct check_quic *)check;

	check_finish(check, self->error != NULL ? self->error : failure_name(FAILURE_GENERIC_TIMEOUT));
}

static void
quic_record(struct check_quic *self)
{
	struct measurement *m = self->check.m;

	check_common(&self->check, &self->seen.c, self->t0);
	self->seen.address = arena_strdup(m->arena, self->address);
	self->seen.server_name = arena_strdup(m->arena, self->server_name);
	self->seen.failure = self->check.failure;
	self->result = m->nquic;
	*ARENA_PUSH(m->arena, m->quic, m->nquic) = self->seen;
}

static void
quic_stop(struct check *check)
{
	struct check_quic *self = (struct check_quic *)check;

	event_del(&self->readable);
	event_del(&self->again);
	if (self->fd >= 0)
		close(self->fd);
	if (!check->cancelled)
		quic_record(self);
}

static const struct check_type quic_type = {
    .name = "quic",
    .size = sizeof(struct check_quic),
    .start = quic_start,
    .timeout = quic_timeout,
    .stop = quic_stop,
};

struct check *
check_quic_new(struct probe *probe, struct measurement *m, const char *ip, int port,
    const char *server_name, void (*done)(struct check *check, void *arg), void *arg)
{
	int timeout_ms = conf_scaled(probe->conf, probe->conf->quic_ms);
	struct check *check = check_new(&quic_type, probe, m, timeout_ms, done, arg);
	struct check_quic *self = (struct check_quic *)check;

	self->ip = ip;
	self->port = port;
	self->server_name = server_name;
	self->fd = -1;
	endpoint_text(ip, port, self->address, sizeof(self->address));
	event_assign(&self->readable, probe->base, -1, 0, quic_readable, self);
	event_assign(&self->again, probe->base, -1, EV_PERSIST, quic_again, self);
	return check;
}

const struct quic_ping *
check_quic_result(const struct check *check)
{
	return &check->m->quic[((const struct check_quic *)check)->result];
}
