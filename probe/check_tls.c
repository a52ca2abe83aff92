/*
 * One TLS handshake on a connected socket. OpenSSL does the protocol; this file watches: how
 * far it got, what came and went, the chain as it was sent, and all that is wrong with it. The
 * verifier is never allowed to refuse, so that the handshake goes to its end and the record is
 * whole.
 */
#include "probe/check_tls.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>
#include <event2/event.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "base/buf.h"
#include "base/mem.h"
#include "probe/check_tcp.h"
#include "probe/conf.h"
#include "probe/probe.h"
#include "probe/roots.h"
#include "probe/tls_chain.h"
#include "probe/tls_name.h"
#include "results/failure.h"
#include "results/measurement.h"

enum tls_step {
	STEP_START,
	STEP_CLIENT_HELLO_SENT, /* its bytes are with the kernel */
	STEP_SERVER_HELLO_RECEIVED,
	STEP_CERTIFICATE_RECEIVED,
	STEP_FINISHED_RECEIVED,
	STEP_DONE,
};

/* The names in records, tls_handshakes[].x_netvane.step. */
static const char *const step_names[] = {
    [STEP_START] = "start",
    [STEP_CLIENT_HELLO_SENT] = "client_hello_sent",
    [STEP_SERVER_HELLO_RECEIVED] = "server_hello_received",
    [STEP_CERTIFICATE_RECEIVED] = "certificate_received",
    [STEP_FINISHED_RECEIVED] = "finished_received",
    [STEP_DONE] = "done",
};

/* OONI keeps the first 64 reads and writes of a connection. The verifier needs no more errors to be
 * understood. */
enum { EVENTS_MOST = 64, VERIFY_ERRORS_MOST = 64 };

struct check_tls {
	struct check check;
	int fd;
	const char *address, *server_name;
	bool is_ip; /* server_name is an address */
	SSL *ssl;
	struct event io;
	short waits_for; /* EV_READ or EV_WRITE once added */
	enum tls_step step;
	int io_err; /* errno of the last read or write that failed, 0 none */
	size_t io_events;
	double t0;
	/* Filled on the way; appended to m->tls in the end, at `result`. */
	struct tls_handshake seen;
	size_t result;
};

static void
reached(struct check_tls *self, enum tls_step step)
{
	if (step > self->step)
		self->step = step;
}

static void
io_event(struct check_tls *self, const char *operation, int64_t bytes, const char *failure)
{
	if (self->io_events++ < EVENTS_MOST)
		check_event(&self->check, operation, "tcp", self->address, bytes, failure);
}

/* Runs after each read and write on the socket, with errno still theirs (BIO_set_callback_ex). */
static long
io_seen(BIO *bio, int oper, const char *data, size_t len, int argi, long argl, int result,
    size_t *processed)
{
	struct check_tls *self = (struct check_tls *)(void *)BIO_get_callback_arg(bio);
	bool is_read = oper == (BIO_CB_READ | BIO_CB_RETURN);
	const char *operation = is_read ? "read" : "write";
	int64_t bytes = result > 0 && processed != NULL ? (int64_t)*processed : 0;
	int err = errno;

	(void)data;
	(void)len;
	(void)argi;
	(void)argl;
	if (!is_read && oper != (BIO_CB_WRITE | BIO_CB_RETURN))
		return result;
	if (result > 0) {
		*(is_read ? &self->seen.bytes_in : &self->seen.bytes_out) += bytes;
		*(is_read ? &self->check.probe->bytes_in : &self->check.probe->bytes_out) += bytes;
		if (!is_read)
			reached(self, STEP_CLIENT_HELLO_SENT);
		io_event(self, operation, bytes, NULL);
	} else if (!BIO_should_retry(bio)) {
		/* A write after the peer's FIN and RST says EPIPE; to us it is the same reset. */
		self->io_err = result == 0 ? 0 : err == EPIPE ? ECONNRESET : err;
		io_event(self, operation, 0,
		    result == 0 ? failure_name(FAILURE_EOF)
		                : failure_of_errno(self->check.m->arena, self->io_err));
	}
	errno = err;
	return result;
}

static void
handshake_message(struct check_tls *self, int version, const uint8_t *message, size_t len)
{
	struct tls_handshake *seen = &self->seen;

	switch (message[0]) {
	case SSL3_MT_SERVER_HELLO:
		reached(self, STEP_SERVER_HELLO_RECEIVED);
		break;
	case SSL3_MT_CERTIFICATE:
		reached(self, STEP_CERTIFICATE_RECEIVED);
		if (seen->certificates == NULL)
			seen->ncertificates = tls_chain_read(message, len,
			    version >= TLS1_3_VERSION, self->check.m->arena, &seen->certificates);
		break;
	case SSL3_MT_FINISHED:
		reached(self, STEP_FINISHED_RECEIVED);
		break;
	default:
		break;
	}
}

/* SSL_set_msg_callback: every message, whole and decrypted, before OpenSSL acts on it. */
static void
message_seen(
    int sent, int version, int content_type, const void *data, size_t len, SSL *ssl, void *arg)
{
	struct check_tls *self = arg;
	const uint8_t *message = data;

	(void)ssl;
	if (sent || len < 1)
		return;
	if (content_type == SSL3_RT_HANDSHAKE)
		handshake_message(self, version, message, len);
	else if (content_type == SSL3_RT_ALERT && len >= 2)
		self->seen.alert = message[1];
}

static void
verify_error_add(struct check_tls *self, int depth, int code)
{
	struct tls_handshake *seen = &self->seen;
	struct verify_error *e;
	size_t i;

	for (i = 0; i < seen->nverify_errors; i++)
		if (seen->verify_errors[i].depth == depth && seen->verify_errors[i].code == code)
			return;
	if (seen->nverify_errors == VERIFY_ERRORS_MOST)
		return;
	e = ARENA_PUSH(self->check.m->arena, seen->verify_errors, seen->nverify_errors);
	e->depth = depth;
	e->code = code;
	e->name = X509_verify_cert_error_string(code);
}

/* Takes down each error and lets the verifier go on: an expired chain may be an unknown one too. */
static int
verify_seen(int ok, X509_STORE_CTX *ctx)
{
	SSL *ssl = X509_STORE_CTX_get_ex_data(ctx, SSL_get_ex_data_X509_STORE_CTX_idx());

	if (!ok)
		verify_error_add(SSL_get_app_data(ssl), X509_STORE_CTX_get_error_depth(ctx),
		    X509_STORE_CTX_get_error(ctx));
	return 1;
}

/* The leaf, to X509_free; also when the handshake did not get far enough for OpenSSL to keep it. */
static X509 *
leaf_of(const struct check_tls *self)
{
	const uint8_t *der;
	X509 *leaf = SSL_get1_peer_certificate(self->ssl);

	if (leaf != NULL || self->seen.ncertificates == 0)
		return leaf;
	der = self->seen.certificates[0].data;
	return d2i_X509(NULL, &der, (long)self->seen.certificates[0].len);
}

/* What is to be known of the certificate beyond what the verifier said. */
static void
examine_chain(struct check_tls *self)
{
	struct tls_handshake *seen = &self->seen;
	STACK_OF(X509) *chain = SSL_get_peer_cert_chain(self->ssl);
	X509 *leaf = leaf_of(self);

	if (chain != NULL && seen->nverify_errors > 0)
		seen->os_trusted =
		    roots_os_trusts(self->check.probe->roots, chain, self->server_name);
	if (leaf != NULL) {
		seen->host_ok = tls_name_matches(leaf, self->server_name);
		if (!seen->host_ok)
			verify_error_add(self, 0,
			    self->is_ip ? X509_V_ERR_IP_ADDRESS_MISMATCH
			                : X509_V_ERR_HOSTNAME_MISMATCH);
	}
	X509_free(leaf);
}

static void
examine_session(struct check_tls *self)
{
	struct tls_handshake *seen = &self->seen;
	const SSL_CIPHER *cipher = SSL_get_current_cipher(self->ssl);
	const unsigned char *alpn;
	unsigned int len;

	if (cipher != NULL) { /* then the ServerHello was accepted */
		seen->tls_version = SSL_get_version(self->ssl);
		seen->cipher_suite = SSL_CIPHER_standard_name(cipher);
		if (seen->cipher_suite == NULL)
			seen->cipher_suite = "";
	}
	SSL_get0_alpn_selected(self->ssl, &alpn, &len);
	if (len > 0)
		seen->negotiated_protocol =
		    arena_strndup(self->check.m->arena, (const char *)alpn, len);
}

/* The outcome of a handshake that came to its end. */
static const char *
certificate_failure(const struct check_tls *self)
{
	int codes[VERIFY_ERRORS_MOST];
	size_t i;

	for (i = 0; i < self->seen.nverify_errors; i++)
		codes[i] = self->seen.verify_errors[i].code;
	return failure_name(failure_from_verify(codes, self->seen.nverify_errors));
}

/* Ends the check; failure NULL when the handshake was finished. */
static void
tls_end(struct check_tls *self, const char *failure)
{
	examine_session(self);
	examine_chain(self);
	ERR_clear_error();
	check_finish(&self->check, failure != NULL ? failure : certificate_failure(self));
}

/* The failure of a handshake that OpenSSL gave up with SSL_ERROR_SSL. */
static const char *
protocol_failure(const struct check_tls *self)
{
	unsigned long error = ERR_peek_error();
	int reason = ERR_GET_REASON(error);
	const char *text = ERR_reason_error_string(error);

	if (reason == SSL_R_UNEXPECTED_EOF_WHILE_READING)
		return failure_name(FAILURE_EOF);
	if (ERR_GET_LIB(error) == ERR_LIB_SSL && reason >= SSL_AD_REASON_OFFSET)
		return failure_of_alert(self->check.m->arena, reason - SSL_AD_REASON_OFFSET);
	if (text == NULL)
		return arena_printf(
		    self->check.m->arena, "unknown_failure: OpenSSL error %lx", error);
	return arena_printf(self->check.m->arena, "unknown_failure: %s", text);
}

static void
tls_wait(struct check_tls *self, short what)
{
	if (what == self->waits_for)
		return;
	event_del(&self->io);
	event_assign(&self->io, self->check.probe->base, self->fd, (short)(what | EV_PERSIST),
	    event_get_callback(&self->io), self);
	event_add(&self->io, NULL);
	self->waits_for = what;
}

static void
tls_advance(evutil_socket_t fd, short what, void *arg)
{
	struct check_tls *self = arg;
	int result;

	(void)fd;
	(void)what;
	if (self->check.state != CHECK_RUNNING)
		return;
	ERR_clear_error();
	result = SSL_do_handshake(self->ssl);
	switch (SSL_get_error(self->ssl, result)) {
	case SSL_ERROR_NONE:
		reached(self, STEP_DONE);
		tls_end(self, NULL);
		break;
	case SSL_ERROR_WANT_READ:
		tls_wait(self, EV_READ);
		break;
	case SSL_ERROR_WANT_WRITE:
		tls_wait(self, EV_WRITE);
		break;
	case SSL_ERROR_SSL:
		tls_end(self, protocol_failure(self));
		break;
	default: /* the socket's own error; or none: FIN, or a close_notify alert */
		self->seen.err = self->io_err;
		tls_end(self, self->io_err != 0 ? failure_of_errno(self->check.m->arena, self->io_err)
		                                : failure_name(FAILURE_EOF));
	}
}

static SSL *
ssl_new(struct check_tls *self)
{
	SSL *ssl = SSL_new(self->check.probe->roots->tls);
	BIO *bio = BIO_new_socket(self->fd, BIO_NOCLOSE);

	if (ssl == NULL || bio == NULL ||
	    (!self->is_ip && SSL_set_tlsext_host_name(ssl, self->server_name) != 1)) {
		BIO_free(bio);
		SSL_free(ssl);
		return NULL;
	}
	BIO_set_callback_ex(bio, io_seen);
	BIO_set_callback_arg(bio, (char *)self);
	SSL_set_bio(ssl, bio, bio);
	SSL_set_app_data(ssl, self);
	SSL_set_verify(ssl, SSL_VERIFY_PEER, verify_seen);
	SSL_set_msg_callback(ssl, message_seen);
	SSL_set_msg_callback_arg(ssl, self);
	SSL_set_connect_state(ssl);
	return ssl;
}

static void
tls_start(struct check *check)
{
	struct check_tls *self = (struct check_tls *)check;

	self->t0 = check_now(check);
	check_event(check, "tls_handshake_start", "tcp", self->address, 0, NULL);
	self->ssl = ssl_new(self);
	if (self->ssl == NULL) /* a name that is no SNI: empty, or over 255 bytes */
		check_finish(check, failure_name(FAILURE_INVALID_ARGUMENT));
	else
		tls_advance(self->fd, 0, self);
}

static void
tls_timeout(struct check *check)
{
	tls_end((struct check_tls *)check, failure_name(FAILURE_GENERIC_TIMEOUT));
}

/* Whether the chain stands in this record already, whole: the same leaf came with it. */
static bool
chain_is_in(const struct measurement *m, const struct tls_handshake *seen)
{
	size_t i;

	for (i = 0; m != NULL && i < m->ntls; i++)
		if (m->tls[i].leaf_sha256 != NULL && m->tls[i].ncertificates == seen->ncertificates &&
		    strcmp(m->tls[i].leaf_sha256, seen->leaf_sha256) == 0)
			return true;
	return false;
}

/* A target is shaken hands with a dozen times in doubt; its chain is kept once. */
static void
hash_leaf(struct check_tls *self)
{
	struct tls_handshake *seen = &self->seen;
	struct measurement *m = self->check.m;
	unsigned char digest[EVP_MAX_MD_SIZE];
	struct buf hex = BUF_EMPTY;
	unsigned len = 0;

	if (seen->ncertificates == 0 ||
	    EVP_Digest(seen->certificates[0].data, seen->certificates[0].len, digest, &len,
		EVP_sha256(), NULL) != 1)
		return;
	buf_hex(&hex, digest, len);
	seen->leaf_sha256 = arena_strdup(m->arena, buf_str(&hex));
	buf_free(&hex);
	if (m->confirms != NULL && (chain_is_in(m->confirms, seen) || chain_is_in(m, seen)))
		seen->ncertificates = 0;
}

static void
tls_record(struct check_tls *self)
{
	struct check *check = &self->check;
	struct measurement *m = check->m;

	check_common(check, &self->seen.c, self->t0);
	hash_leaf(self);
	self->seen.failure = check->failure;
	self->seen.step = step_names[self->step];
	self->result = m->ntls;
	*ARENA_PUSH(m->arena, m->tls, m->ntls) = self->seen;
	check_event(check, "tls_handshake_done", "tcp", self->address, 0, check->failure);
}

static void
tls_stop(struct check *check)
{
	struct check_tls *self = (struct check_tls *)check;

	event_del(&self->io);
	if (!check->cancelled)
		tls_record(self);
	if (self->step == STEP_DONE) {
		/* One close_notify, not waited for: without it servers log a cut connection. */
		self->io_events = EVENTS_MOST;
		SSL_shutdown(self->ssl);
		ERR_clear_error();
	}
	SSL_free(self->ssl);
	close(self->fd);
}

static const struct check_type tls_type = {
    .name = "tls",
    .size = sizeof(struct check_tls),
    .start = tls_start,
    .timeout = tls_timeout,
    .stop = tls_stop,
};

struct check *
check_tls_new(struct probe *probe, struct measurement *m, int fd, const char *address,
    const char *server_name, void (*done)(struct check *check, void *arg), void *arg)
{
	int timeout_ms = conf_scaled(probe->conf, probe->conf->tls_ms);
	struct check *check = check_new(&tls_type, probe, m, timeout_ms, done, arg);
	struct check_tls *self = (struct check_tls *)check;

	self->fd = fd;
	self->address = address;
	self->server_name = server_name;
	self->is_ip = tls_name_is_ip(server_name);
	self->seen = (struct tls_handshake){
	    .address = arena_strdup(m->arena, address),
	    .server_name = arena_strdup(m->arena, server_name),
	    .tls_version = "",
	    .cipher_suite = "",
	    .negotiated_protocol = arena_strdup(m->arena, ""),
	    .alert = -1,
	    .host_ok = -1,
	    .os_trusted = -1,
	};
	event_assign(&self->io, probe->base, fd, EV_READ | EV_PERSIST, tls_advance, self);
	return check;
}

size_t
check_tls_result(const struct check *check)
{
	return ((const struct check_tls *)check)->result;
}
