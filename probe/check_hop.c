/*
 * One try of a TTL walk. OpenSSL writes the greeting and reads the answer through memory; the socket is ours, because ICMP
 * errors come up on it that are no end of the connection.
 */
#include "probe/check_hop.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <linux/errqueue.h>
#include <event2/event.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "probe/address.h"
#include "probe/conf.h"
#include "probe/probe.h"
#include "probe/roots.h"
#include "probe/tls_name.h"
#include "results/measurement.h"
#include "results/trace_path.h"

enum hop_step {
	HOP_CONNECTING, /* with the usual TTL */
	HOP_WAITING,    /* the greeting is sent */
	HOP_LISTENING,  /* it expired on the way; but who saw it go by may still answer */
	HOP_ASKING,     /* a SYN is sent, for the router's address */
};

/* ICMP_TIME_EXCEEDED and ICMPV6_TIME_EXCEED; the headers that have both do not go together. */
enum { TIME_EXCEEDED_V4 = 11, TIME_EXCEEDED_V6 = 3, TTL_USUAL = -1 };

struct check_hop {
	struct check check;
	const char *ip, *server_name;
	int port;
	struct addrinfo *ai;
	int fd; /* -1 none */
	struct event io;
	SSL *ssl;
	enum hop_step step;
	int64_t hello_ns;
	bool server_hello, alert;
	bool unverified; /* the verifier found something wrong */
	struct trace_hop seen;
};

/* --- the socket ------------------------------------------------------------------------------ */

static void
socket_set_ttl(const struct check_hop *self, int ttl)
{
	if (self->ai->ai_family == AF_INET6)
		(void)setsockopt(self->fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, &ttl, sizeof(ttl));
	else
		(void)setsockopt(self->fd, IPPROTO_IP, IP_TTL, &ttl, sizeof(ttl));
}

/* Has the kernel report ICMP errors at once; without it the connection would only grow silent. */
static void
socket_want_icmp(const struct check_hop *self)
{
	const int on = 1;

	if (self->ai->ai_family == AF_INET6)
		(void)setsockopt(self->fd, IPPROTO_IPV6, IPV6_RECVERR, &on, sizeof(on));
	else
		(void)setsockopt(self->fd, IPPROTO_IP, IP_RECVERR, &on, sizeof(on));
}

/*
 * The end goes out with the usual TTL, so that the server hears of it. A greeting that has not arrived must not be sent
 * again with that TTL, past everybody it was to be kept from: so it is a reset, which drops it.
 */
static void
socket_close(struct check_hop *self)
{
	const struct linger now = {.l_onoff = 1, .l_linger = 0};

	if (self->fd < 0)
		return;
	event_del(&self->io);
	socket_set_ttl(self, TTL_USUAL);
	if (!self->server_hello)
		(void)setsockopt(self->fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close(self->fd);
	self->fd = -1;
}

/* Begins to connect; ttl TTL_USUAL or for the SYN. Returns 0 or an errno. */
static int
socket_connect(struct check_hop *self, int ttl, event_callback_fn ready)
{
	const int on = 1;

	self->fd = socket(self->ai->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (self->fd < 0)
		return errno;
	(void)setsockopt(self->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	socket_set_ttl(self, ttl);
	if (ttl != TTL_USUAL)
		socket_want_icmp(self);
	event_assign(&self->io, self->check.probe->base, self->fd, EV_WRITE, ready, self);
	event_add(&self->io, NULL);
	if (connect(self->fd, self->ai->ai_addr, self->ai->ai_addrlen) == 0 || errno == EINPROGRESS)
		return 0;
	return errno;
}

/* The address of who sent an ICMP time exceeded, out of one message of the error queue; NULL: it is none of that. */
static char *
offender(struct arena *arena, struct cmsghdr *c)
{
	bool v4 = c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_RECVERR;
	bool v6 = c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_RECVERR;
	struct sock_extended_err *e = (void *)CMSG_DATA(c);
	size_t salen = v4 ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
	char text[NI_MAXHOST];

	if ((!v4 && !v6) || c->cmsg_len < CMSG_LEN(sizeof(*e) + salen) ||
	    e->ee_type != (v4 ? TIME_EXCEEDED_V4 : TIME_EXCEEDED_V6) ||
	    e->ee_origin != (v4 ? SO_EE_ORIGIN_ICMP : SO_EE_ORIGIN_ICMP6) ||
	    getnameinfo(SO_EE_OFFENDER(e), (socklen_t)salen, text, sizeof(text), NULL, 0,
		NI_NUMERICHOST) != 0)
		return NULL;
	return arena_strdup(arena, text);
}

/* Empties the error queue, or the socket would stay ready for ever. */
static void
socket_read_icmp(struct check_hop *self)
{
	union {
		struct cmsghdr align;
		char room[512];
	} control;
	uint8_t ignored[64]; /* the packet that it is about */
	struct iovec iov = {.iov_base = ignored, .iov_len = sizeof(ignored)};
	struct msghdr msg;
	struct cmsghdr *c;
	char *from;

	for (;;) {
		msg = (struct msghdr){.msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control,
		    .msg_controllen = sizeof(control)};
		if (recvmsg(self->fd, &msg, MSG_ERRQUEUE) < 0)
			return;
		for (c = CMSG_FIRSTHDR(&msg); c != NULL; c = CMSG_NXTHDR(&msg, c)) {
			from = offender(self->check.m->arena, c);
			if (from != NULL)
				self->seen.from = from;
		}
	}
}

/* --- the outcome ----------------------------------------------------------------------------- */

static void
hop_note(struct check_hop *self, const char *outcome)
{
	self->seen.outcome = outcome;
	if (self->hello_ns != 0)
		self->seen.t = (double)((clock_mono_ns() - self->hello_ns) / 1000) / 1e6;
}

static void
hop_end(struct check_hop *self, const char *outcome)
{
	hop_note(self, outcome);
	check_finish(&self->check, NULL);
}

/* A router is on the way and dropped the greeting. A censor that only listens has seen it all the same. */
static void
hop_expired(struct check_hop *self)
{
	const struct conf *conf = self->check.probe->conf;

	if (self->step != HOP_WAITING || self->server_hello)
		return;
	hop_note(self, "expired");
	self->step = HOP_LISTENING;
	check_set_deadline(&self->check, conf_scaled(conf, conf->listen_ms));
}

/*
 * An error of the established connection. EHOSTUNREACH is what the kernel makes of ICMP time exceeded, but also of host
 * unreachable and of filtered. The first is by far the likeliest of a host that just shook hands. A censor who filters with
 * ICMP makes the greeting "expire" beyond the server, too, which trace_first_interference does not take for his.
 */
static void
hop_failed(struct check_hop *self, int err)
{
	socket_read_icmp(self);
	switch (err) {
	case EHOSTUNREACH:
		hop_expired(self);
		break;
	case ECONNRESET:
	case EPIPE: /* of a write after the reset */
		hop_end(self, "reset");
		break;
	case ETIMEDOUT: /* the kernel gave up before we did */
		hop_end(self, "silence");
		break;
	default:
		hop_end(self, "unreachable");
	}
}

/* --- TLS ------------------------------------------------------------------------------------- */

static void
message_seen(
    int sent, int version, int content_type, const void *data, size_t len, SSL *ssl, void *arg)
{
	struct check_hop *self = arg;

	(void)version;
	(void)ssl;
	if (sent || len < 1)
		return;
	if (content_type == SSL3_RT_HANDSHAKE && *(const uint8_t *)data == SSL3_MT_SERVER_HELLO)
		self->server_hello = true;
	else if (content_type == SSL3_RT_ALERT)
		self->alert = true;
}

static int
verify_seen(int ok, X509_STORE_CTX *ctx)
{
	SSL *ssl = X509_STORE_CTX_get_ex_data(ctx, SSL_get_ex_data_X509_STORE_CTX_idx());
	struct check_hop *self = SSL_get_app_data(ssl);

	if (!ok)
		self->unverified = true;
	return 1; /* the certificate is what we are after, whatever it is */
}

static SSL *
ssl_new(struct check_hop *self)
{
	SSL *ssl = SSL_new(self->check.probe->roots->tls);
	BIO *in = BIO_new(BIO_s_mem()), *out = BIO_new(BIO_s_mem());

	if (ssl == NULL || in == NULL || out == NULL ||
	    (!tls_name_is_ip(self->server_name) &&
		SSL_set_tlsext_host_name(ssl, self->server_name) != 1)) {
		BIO_free(in);
		BIO_free(out);
		SSL_free(ssl);
		return NULL;
	}
	SSL_set_bio(ssl, in, out);
	SSL_set_app_data(ssl, self);
	SSL_set_verify(ssl, SSL_VERIFY_PEER, verify_seen);
	SSL_set_msg_callback(ssl, message_seen);
	SSL_set_msg_callback_arg(ssl, self);
	SSL_set_connect_state(ssl);
	return ssl;
}

static void
hop_certificate(struct check_hop *self, X509 *leaf)
{
	struct buf hex = BUF_EMPTY;
	uint8_t hash[EVP_MAX_MD_SIZE];
	unsigned int len = 0;

	X509_digest(leaf, EVP_sha256(), hash, &len);
	buf_hex(&hex, hash, len);
	self->seen.certificate_sha256 = arena_strdup(self->check.m->arena, buf_str(&hex));
	self->seen.trusted = !self->unverified && tls_name_matches(leaf, self->server_name);
	buf_free(&hex);
	hop_end(self, "certificate");
}

/* Sends what OpenSSL has written. A greeting fits into the empty buffer of a socket. */
static void
hop_flush(struct check_hop *self)
{
	struct probe *probe = self->check.probe;
	BIO *out = SSL_get_wbio(self->ssl);
	char *bytes;
	long len = BIO_get_mem_data(out, &bytes);
	ssize_t n;

	if (len <= 0)
		return;
	n = send(self->fd, bytes, (size_t)len, MSG_NOSIGNAL);
	(void)BIO_reset(out);
	if (n >= 0)
		probe->bytes_out += n;
	else if (errno != EAGAIN)
		hop_failed(self, errno);
}

/* Lets OpenSSL have a look at what came, and ends with the first of: certificate, alert, nonsense. */
static void
hop_advance(struct check_hop *self)
{
	int result, error;
	X509 *leaf;

	ERR_clear_error();
	result = SSL_do_handshake(self->ssl);
	error = SSL_get_error(self->ssl, result);
	ERR_clear_error();
	leaf = SSL_get1_peer_certificate(self->ssl);
	if (leaf != NULL)
		hop_certificate(self, leaf);
	else if (self->alert)
		hop_end(self, "alert");
	else if (error != SSL_ERROR_WANT_READ)
		hop_end(self, self->server_hello ? "server_hello" : "not_tls");
	X509_free(leaf);
	if (self->check.state == CHECK_RUNNING)
		hop_flush(self);
}

/* --- the steps ------------------------------------------------------------------------------- */

static void
hop_readable(evutil_socket_t fd, short what, void *arg)
{
	struct check_hop *self = arg;
	char bytes[4096];
	ssize_t n;

	(void)what;
	if (self->check.state != CHECK_RUNNING)
		return;
	n = recv(fd, bytes, sizeof(bytes), 0);
	if (n > 0) {
		self->check.probe->bytes_in += n;
		BIO_write(SSL_get_rbio(self->ssl), bytes, (int)n);
		hop_advance(self);
	} else if (n == 0) {
		hop_end(self, self->server_hello ? "server_hello" : "close");
	} else if (errno != EAGAIN && errno != EINTR) {
		hop_failed(self, errno);
	} else {
		socket_read_icmp(self);
	}
}

/* From here on every packet of ours, acknowledgements too, gets only so far. */
static void
hop_greet(struct check_hop *self)
{
	struct check *check = &self->check;

	self->step = HOP_WAITING;
	check_set_deadline(check, check->timeout_ms);
	socket_set_ttl(self, self->seen.ttl);
	socket_want_icmp(self);
	event_assign(&self->io, check->probe->base, self->fd, EV_READ | EV_PERSIST, hop_readable, self);
	event_add(&self->io, NULL);
	self->hello_ns = clock_mono_ns();
	hop_advance(self);
}

static void
hop_connected(evutil_socket_t fd, short what, void *arg)
{
	struct check_hop *self = arg;
	int err = 0;
	socklen_t len = sizeof(err);

	(void)what;
	if (self->check.state != CHECK_RUNNING)
		return;
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &len) != 0 || err != 0)
		hop_end(self, "connect_failed");
	else
		hop_greet(self);
}

static void
hop_start(struct check *check)
{
	struct check_hop *self = (struct check_hop *)check;

	self->ssl = ssl_new(self);
	self->ai = address_parse(self->ip, self->port, SOCK_STREAM);
	if (self->ssl == NULL || self->ai == NULL ||
	    socket_connect(self, TTL_USUAL, hop_connected) != 0)
		hop_end(self, "connect_failed");
}

static void
hop_router_told(evutil_socket_t fd, short what, void *arg)
{
	struct check_hop *self = arg;

	(void)fd;
	(void)what;
	if (self->check.state != CHECK_RUNNING)
		return;
	socket_read_icmp(self);
	check_finish(&self->check, NULL);
}

/* The SYN may take another way than the greeting did, where a network spreads connections over several. */
static void
hop_ask_router(struct check_hop *self)
{
	const struct conf *conf = self->check.probe->conf;

	socket_close(self);
	self->step = HOP_ASKING;
	check_set_deadline(&self->check, conf_scaled(conf, conf->listen_ms));
	if (socket_connect(self, self->seen.ttl, hop_router_told) != 0)
		hop_router_told(self->fd, 0, self);
}

static void
hop_timeout(struct check *check)
{
	struct check_hop *self = (struct check_hop *)check;

	switch (self->step) {
	case HOP_CONNECTING:
		hop_end(self, "connect_failed");
		break;
	case HOP_WAITING:
		hop_end(self, self->server_hello ? "server_hello" : "silence");
		break;
	case HOP_LISTENING:
		if (self->server_hello)
			hop_end(self, "server_hello");
		else if (self->seen.from != NULL)
			check_finish(check, NULL);
		else
			hop_ask_router(self);
		break;
	case HOP_ASKING:
		check_finish(check, NULL);
	}
}

static void
hop_stop(struct check *check)
{
	struct check_hop *self = (struct check_hop *)check;

	socket_close(self);
	SSL_free(self->ssl);
	if (self->ai != NULL)
		freeaddrinfo(self->ai);
}

static const struct check_type hop_type = {
    .name = "hop",
    .size = sizeof(struct check_hop),
    .start = hop_start,
    .timeout = hop_timeout,
    .stop = hop_stop,
};

struct check *
check_hop_new(struct probe *probe, struct measurement *m, const char *ip, int port,
    const char *server_name, int ttl, void (*done)(struct check *check, void *arg), void *arg)
{
	int timeout_ms = conf_scaled(probe->conf, probe->conf->trace_ms);
	struct check *check = check_new(&hop_type, probe, m, timeout_ms, done, arg);
	struct check_hop *self = (struct check_hop *)check;

	self->ip = ip;
	self->port = port;
	self->server_name = server_name;
	self->fd = -1;
	self->seen = (struct trace_hop){.ttl = ttl, .outcome = "connect_failed"};
	event_assign(&self->io, probe->base, -1, 0, hop_connected, self);
	return check;
}

const struct trace_hop *
check_hop_result(const struct check *check)
{
	return &((const struct check_hop *)check)->seen;
}
