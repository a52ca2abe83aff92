/*
 * TLS of the lab's servers. OpenSSL never sees the socket: what it writes goes through the
 * connection, so that a server can hang up after the ClientHello without a word, or reset, as some
 * do.
 */
#include "tests/lab/world_tls.h"

#include <stdlib.h>
#include <string.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "base/log.h"
#include "base/reader.h"
#include "tests/lab/world.h"
#include "tests/lab/world_certs.h"
#include "tests/lab/world_conn.h"

void
tls_server_name(const uint8_t *data, size_t len, char name[TLS_NAME_MAX])
{
	struct reader r;
	const uint8_t *bytes;
	uint16_t size;

	name[0] = '\0';
	reader_init(&r, data, len);
	reader_u16(&r);
	if (reader_u8(&r) != 0) /* host_name */
		return;
	size = reader_u16(&r);
	bytes = reader_bytes(&r, size);
	if (bytes == NULL || size >= TLS_NAME_MAX || memchr(bytes, '\0', size) != NULL)
		return;
	memcpy(name, bytes, size);
	name[size] = '\0';
}

/* ---- What becomes of a ClientHello ---------------------------------------------------------- */

static bool
happens(double probability)
{
	return drand48() < probability;
}

/* Alert, close or reset; returns what the client hello callback is to return. */
static int
turn_away(struct conn *conn, enum world_stranger stranger, int *alert)
{
	*alert = SSL_AD_UNRECOGNIZED_NAME;
	if (stranger == STRANGER_CLOSE)
		conn_close(conn);
	else if (stranger == STRANGER_RESET)
		conn_reset(conn);
	return stranger == STRANGER_SILENCE ? SSL_CLIENT_HELLO_RETRY : SSL_CLIENT_HELLO_ERROR;
}

static bool
meets(const struct site *site, bool stranger, const char *name)
{
	return site->stranger_who == WHO_ALL || (site->stranger_who == WHO_STRANGERS && stranger) ||
	    (site->stranger_who == WHO_OWN && !stranger && name[0] != '\0');
}

static const struct cert_kind *
cert_at(const struct site *site, const struct world_ip *ip)
{
	size_t i;

	for (i = 0; i < site->naddresses; i++)
		if (site->addresses[i].cert != NULL && world_ip_equal(&site->addresses[i].ip, ip))
			return site->addresses[i].cert;
	return site->cert;
}

/* What the machine at this address would present; NULL after turning the client away, with what the callback is to return. */
static SSL_CTX *
real_context(struct conn *conn, const char *name, int *alert, int *result)
{
	const struct world *world = conn->server->world;
	const struct site *site = world_site_at(world, &conn->local, name);
	bool stranger = site == NULL && name[0] != '\0';

	if (world_is_blockpage(&conn->local))
		return certs_context(
		    conn->server->certs, "restricted.kz", 0, cert_kind_find("selfsigned"));
	if (site == NULL)
		site = world_default_at(world, &conn->local);
	if (site == NULL) {
		turn_away(conn, STRANGER_ALERT, alert);
		return NULL;
	}
	conn->site = site;
	if (site->slow_kbit > 0)
		conn_limit(conn, site->slow_kbit);
	if (happens(site->flaky)) {
		turn_away(conn, STRANGER_RESET, alert);
		return NULL;
	}
	if (site->stranger != STRANGER_DEFAULT && meets(site, stranger, name)) {
		*result = turn_away(conn, site->stranger, alert);
		return NULL;
	}
	return certs_context(conn->server->certs, site->name, site->authority, cert_at(site, &conn->local));
}

static int
on_hello(SSL *ssl, int *alert, void *arg)
{
	struct conn *conn = SSL_get_app_data(ssl);
	const struct forge *forge;
	const unsigned char *extension;
	char name[TLS_NAME_MAX] = "";
	size_t len;
	SSL_CTX *ctx;
	int result = SSL_CLIENT_HELLO_ERROR;

	(void)arg;
	if (SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_server_name, &extension, &len) == 1)
		tls_server_name(extension, len, name);
	if (conn->service->portal) {
		ctx = certs_context(conn->server->certs, "portal.lab", 0, cert_kind_find("portal"));
	} else {
		ctx = real_context(conn, name, alert, &result);
		forge = conn->service->forges ? world_forge_for(conn->server->world, name) : NULL;
		if (ctx != NULL && forge != NULL && happens(forge->probability))
			ctx = certs_forged(conn->server->certs, ctx, forge->style);
	}
	if (ctx == NULL)
		return result;
	SSL_set_SSL_CTX(ssl, ctx);
	if (conn->site != NULL && conn->site->tls12)
		SSL_set_max_proto_version(ssl, TLS1_2_VERSION);
	return SSL_CLIENT_HELLO_SUCCESS;
}

SSL_CTX *
tls_hello_context(void)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

	if (ctx == NULL)
		log_fatalx("no TLS");
	SSL_CTX_set_client_hello_cb(ctx, on_hello, NULL);
	SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION);
	SSL_CTX_set_num_tickets(ctx, 0);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	return ctx;
}

/* ---- Bytes ---------------------------------------------------------------------------------- */

static int
take_bytes(BIO *bio, char *data, int len)
{
	const struct conn *conn = BIO_get_data(bio);
	int n = evbuffer_remove(bufferevent_get_input(conn->bev), data, (size_t)len);

	BIO_clear_retry_flags(bio);
	if (n > 0)
		return n;
	BIO_set_retry_read(bio);
	return -1;
}

static int
give_bytes(BIO *bio, const char *data, int len)
{
	conn_write_raw(BIO_get_data(bio), data, (size_t)len);
	return len;
}

static long
control(BIO *bio, int command, long number, void *pointer)
{
	(void)bio;
	(void)number;
	(void)pointer;
	return command == BIO_CTRL_FLUSH;
}

/* A memory BIO would do as well, but that needs seconds for a chain of ten megabytes. */
static BIO *
conn_bio(struct conn *conn)
{
	static BIO_METHOD *method;
	BIO *bio;

	if (method == NULL) {
		method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "connection");
		if (method == NULL)
			log_fatalx("no TLS");
		BIO_meth_set_read(method, take_bytes);
		BIO_meth_set_write(method, give_bytes);
		BIO_meth_set_ctrl(method, control);
	}
	bio = BIO_new(method);
	if (bio == NULL)
		log_fatalx("no TLS");
	BIO_set_data(bio, conn);
	BIO_set_init(bio, 1);
	return bio;
}

void
tls_start(struct conn *conn)
{
	BIO *bio = conn_bio(conn);

	conn->ssl = SSL_new(conn->server->hello);
	if (conn->ssl == NULL)
		log_fatalx("no TLS");
	SSL_set_bio(conn->ssl, bio, bio);
	SSL_set_app_data(conn->ssl, conn);
	SSL_set_accept_state(conn->ssl);
}

void
tls_end(struct conn *conn)
{
	SSL_free(conn->ssl);
	conn->ssl = NULL;
}

void
tls_read(struct conn *conn)
{
	unsigned char chunk[16384];
	size_t got;
	int rc;

	ERR_clear_error();
	while ((rc = SSL_read_ex(conn->ssl, chunk, sizeof(chunk), &got)) == 1)
		evbuffer_add(conn->input, chunk, got);
	rc = SSL_get_error(conn->ssl, rc);
	if (!conn->ended && rc != SSL_ERROR_WANT_READ && rc != SSL_ERROR_WANT_CLIENT_HELLO_CB)
		conn_finish(conn);
}

void
tls_write(struct conn *conn, const void *data, size_t len)
{
	size_t written;

	ERR_clear_error();
	if (SSL_write_ex(conn->ssl, data, len, &written) != 1)
		conn_close(conn);
}

void
tls_goodbye(struct conn *conn)
{
	ERR_clear_error();
	if (SSL_is_init_finished(conn->ssl))
		SSL_shutdown(conn->ssl);
}
