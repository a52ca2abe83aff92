/*
 * One DNS query over sockets of our own, so that nothing that answers goes unseen: a UDP socket
 * for each question, listening past the first answer; TCP where the answer was truncated.
 */
#include "probe/check_dns.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>
#include <event2/event.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "probe/check_doh.h"
#include "probe/conf.h"
#include "probe/dns_stream.h"
#include "probe/limiter.h"
#include "probe/lookup.h"
#include "probe/probe.h"
#include "probe/resolver.h"
#include "results/failure.h"

/* Messages taken from a socket before the loop's other work gets its turn. */
enum { READS_AT_ONCE = 64 };

enum dns_step {
	DNS_WAITING, /* for a turn among the queries in flight */
	DNS_ASKING, /* over UDP */
	DNS_STREAMING, /* the answer was truncated: over TCP */
	DNS_LISTENING /* answered; a second answer would be somebody else's */
};

struct check_dns {
	struct lookup lookup;
	enum dns_step step;
	struct limiter_slot turn;
	int udp; /* -1: none */
	struct event udp_event;
	struct dns_stream tcp;
};

static void dns_ask_tcp(struct check_dns *d);

static struct check_dns *
dns_of(struct check *check)
{
	return (struct check_dns *)check;
}

static void
dns_event(const struct check_dns *d, const char *operation, const char *proto, size_t bytes,
    const char *failure)
{
	check_event(&d->lookup.check, operation, proto, d->lookup.draft.resolver_address,
	    (int64_t)bytes, failure);
}

static void
udp_close(struct check_dns *d)
{
	if (d->udp < 0)
		return;
	event_del(&d->udp_event);
	close(d->udp);
	d->udp = -1;
}

/* The answer is there: others may ask now, while we listen for a second one. */
static void
dns_answered(struct check_dns *d)
{
	const struct probe *probe = d->lookup.check.probe;

	limiter_leave(probe->dns, &d->turn);
	d->step = DNS_LISTENING;
	check_set_deadline(&d->lookup.check, conf_scaled(probe->conf, d->lookup.listen_ms));
	if (d->lookup.answered != NULL)
		d->lookup.answered(&d->lookup.check, d->lookup.check.arg);
}

/* A datagram's TTL hints at how far away it was written. To go without it is no reason to stop. */
static void
ask_for_ttl(int fd, int family)
{
	const int on = 1;

	if (family == AF_INET6)
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, &on, sizeof(on));
	else
		(void)setsockopt(fd, IPPROTO_IP, IP_RECVTTL, &on, sizeof(on));
}

static int
received_ttl(struct msghdr *msg)
{
	struct cmsghdr *c;
	int ttl = -1;

	for (c = CMSG_FIRSTHDR(msg); c != NULL; c = CMSG_NXTHDR(msg, c))
		if ((c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_TTL) ||
		    (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_HOPLIMIT))
			memcpy(&ttl, CMSG_DATA(c), sizeof(ttl));
	return ttl;
}

static ssize_t
datagram_read(int fd, uint8_t *bytes, size_t size, int *ttl)
{
	union {
		struct cmsghdr align;
		char room[CMSG_SPACE(sizeof(int)) * 2];
	} control;
	struct iovec iov = {.iov_base = bytes, .iov_len = size};
	struct msghdr msg = {.msg_iov = &iov,
	    .msg_iovlen = 1,
	    .msg_control = &control,
	    .msg_controllen = sizeof(control)};
	ssize_t n = recvmsg(fd, &msg, 0);

	if (n >= 0)
		*ttl = received_ttl(&msg);
	return n;
}

static void dns_ask_udp(struct check_dns *d, bool edns);

/* An ICMP error has come back, say. Once there is a valid reply it tells nothing any more. */
static void
dns_udp_failed(struct check_dns *d, const char *operation, int err)
{
	const char *failure;

	if (d->step != DNS_ASKING)
		return;
	failure = failure_of_errno(d->lookup.check.m->arena, err);
	dns_event(d, operation, "udp", 0, failure);
	check_finish(&d->lookup.check, failure);
}

/* Returns whether the socket may be read on: it may have been replaced. */
static bool
dns_udp_message(struct check_dns *d, const uint8_t *bytes, size_t len, int ttl)
{
	enum lookup_seen seen;

	d->lookup.check.probe->bytes_in += (int64_t)len;
	seen = lookup_receive(&d->lookup, bytes, len, ttl, false);
	if (seen == LOOKUP_ANSWER)
		dns_answered(d);
	if (seen == LOOKUP_TRUNCATED)
		dns_ask_tcp(d);
	if (seen == LOOKUP_EDNS_REFUSED)
		dns_ask_udp(d, false);
	return seen != LOOKUP_EDNS_REFUSED;
}

static void
dns_udp_readable(evutil_socket_t fd, short what, void *arg)
{
	static uint8_t bytes[DNS_MESSAGE_MAX]; /* the loop runs one callback at a time */
	struct check_dns *d = arg;
	int i, ttl = -1;
	ssize_t n;

	(void)what;
	for (i = 0; i < READS_AT_ONCE && d->lookup.check.state == CHECK_RUNNING; i++) {
		n = datagram_read(fd, bytes, sizeof(bytes), &ttl);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (n < 0)
			dns_udp_failed(d, "read_from", errno);
		else if (!dns_udp_message(d, bytes, (size_t)n, ttl))
			return;
	}
}

static void
question_randomize(struct dns_question *q)
{
	uint8_t random[DNS_RANDOM_SIZE];

	if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
		log_fatal("getrandom");
	dns_question_randomize(q, random);
}

/*
 * Each question gets a socket, so that the kernel picks each a random port; what still answers an
 * earlier question then cannot pass for a forged answer to this one. Returns 0, or -1 with errno.
 */
static int
udp_open(struct check_dns *d)
{
	const struct sockaddr *sa = (const struct sockaddr *)&d->lookup.resolver->sa;

	udp_close(d);
	d->udp = socket(sa->sa_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (d->udp < 0)
		return -1;
	ask_for_ttl(d->udp, sa->sa_family);
	event_assign(&d->udp_event, d->lookup.check.probe->base, d->udp, EV_READ | EV_PERSIST,
	    dns_udp_readable, d);
	event_add(&d->udp_event, NULL);
	return connect(d->udp, sa, d->lookup.resolver->salen);
}

static void
dns_ask_udp(struct check_dns *d, bool edns)
{
	struct lookup *lookup = &d->lookup;
	struct buf query = BUF_EMPTY;
	ssize_t n = -1;

	lookup->edns = edns;
	question_randomize(&lookup->question);
	dns_question_write(&lookup->question, edns, &query);
	if (udp_open(d) == 0)
		n = send(d->udp, query.data, query.len, 0);
	if (n < 0) {
		dns_udp_failed(d, "write_to", errno);
	} else {
		lookup->check.probe->bytes_out += n;
		dns_event(d, "write_to", "udp", (size_t)n, NULL);
	}
	buf_free(&query);
}

static void
dns_tcp_moved(void *arg, const char *operation, size_t bytes)
{
	const struct check_dns *d = arg;
	struct probe *probe = d->lookup.check.probe;

	*(strcmp(operation, "read") == 0 ? &probe->bytes_in : &probe->bytes_out) += (int64_t)bytes;
	dns_event(d, operation, "tcp", bytes, NULL);
}

static void
dns_tcp_failed(void *arg, const char *operation, int err)
{
	struct check_dns *d = arg;
	const char *failure = err != 0 ? failure_of_errno(d->lookup.check.m->arena, err) : failure_name(FAILURE_EOF);

	dns_event(d, operation, "tcp", 0, failure);
	check_finish(&d->lookup.check, failure);
}

static bool
dns_tcp_message(void *arg, const uint8_t *bytes, size_t len)
{
	struct check_dns *d = arg;

	if (d->lookup.check.state != CHECK_RUNNING)
		return false;
	if (lookup_receive(&d->lookup, bytes, len, -1, true) != LOOKUP_ANSWER)
		return true;
	dns_answered(d);
	return false;
}

/* The same question again. The UDP socket stays open: what else comes there is a duplicate. */
static void
dns_ask_tcp(struct check_dns *d)
{
	static const struct dns_stream_user user = {
	    .moved = dns_tcp_moved, .failed = dns_tcp_failed, .message = dns_tcp_message};
	struct lookup *lookup = &d->lookup;
	const struct resolver *resolver = lookup->resolver;
	struct buf query = BUF_EMPTY;

	d->step = DNS_STREAMING;
	lookup->draft.transport = "tcp";
	if (resolver->role == RESOLVER_SECOND)
		lookup->draft.engine = "tcp";
	dns_question_write(&lookup->question, lookup->edns, &query);
	dns_stream_open(&d->tcp, lookup->check.probe->base, (const struct sockaddr *)&resolver->sa,
	    resolver->salen, &query, &user, d);
	buf_free(&query);
}

/*
 * The turn has come: from now on the time counts. There are middleboxes that swallow queries with
 * EDNS without a word: the last attempt goes without.
 */
static void
dns_go(void *arg)
{
	struct check_dns *d = arg;
	struct check *check = &d->lookup.check;

	if (check->state != CHECK_RUNNING)
		return;
	d->step = DNS_ASKING;
	check_set_deadline(check, check->timeout_ms);
	if (lookup_begin(&d->lookup))
		dns_ask_udp(d, check->attempt < 3);
}

static void
dns_start(struct check *check)
{
	struct check_dns *d = dns_of(check);

	limiter_enter(check->probe->dns, &d->turn, "", dns_go, d);
}

static void
dns_timeout(struct check *check)
{
	struct check_dns *d = dns_of(check);

	if (d->step == DNS_WAITING)
		check_set_deadline(check, check->timeout_ms);
	else if (d->step == DNS_LISTENING)
		check_finish(check, d->lookup.outcome);
	else
		check_finish(check, lookup_silence(&d->lookup));
}

static void
dns_stop(struct check *check)
{
	struct check_dns *d = dns_of(check);

	limiter_leave(check->probe->dns, &d->turn);
	udp_close(d);
	dns_stream_close(&d->tcp);
	if (!check->cancelled)
		lookup_save(&d->lookup);
}

static const struct check_type dns_type = {
    .name = "dns",
    .size = sizeof(struct check_dns),
    .start = dns_start,
    .timeout = dns_timeout,
    .stop = dns_stop,
};

struct check *
check_dns_new(struct probe *probe, struct measurement *m, const struct resolver *resolver,
    const char *hostname, enum dns_type type, void (*done)(struct check *check, void *arg),
    void *arg)
{
	struct check *check;

	if (resolver->role == RESOLVER_DOH)
		return check_doh_new(probe, m, resolver, hostname, type, done, arg);
	check = &lookup_new(&dns_type, probe, m, resolver, hostname, type, done, arg)->check;
	dns_of(check)->udp = -1;
	return check;
}

const struct query *
check_dns_result(const struct check *check)
{
	return &check->m->queries[((const struct lookup *)check)->query];
}

void
check_dns_on_answer(struct check *check, void (*answered)(struct check *check, void *arg))
{
	((struct lookup *)check)->answered = answered;
}

void
check_dns_listen(struct check *check, int listen_ms)
{
	((struct lookup *)check)->listen_ms = listen_ms;
}

const struct query *
check_dns_draft(const struct check *check)
{
	return &((const struct lookup *)check)->draft;
}
