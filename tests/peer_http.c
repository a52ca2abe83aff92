/*
 * A loopback HTTP server that misbehaves as its path says (see routes below), for tests.
 *
 *	peer_http [--address IP] [--port N] [--cert FILE --key FILE] [--doh NAME=IP [NAME=IP...]]
 *
 * Prints its port when it is ready, and ends when its standard input does. With a certificate the same port speaks
 * TLS (HTTP/1.1) to who begins with a ClientHello. --doh adds /dns-query (RFC 8484, POST and GET): those names have
 * these addresses, any other is NXDOMAIN; connection-number.test has 192.0.2.N, N being the number of the connection
 * that the query came over. One process a connection.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <err.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <openssl/ssl.h>

#include "base/buf.h"

enum { REQUEST_MAX = 128 * 1024 };

struct conn {
	int fd;
	SSL *ssl; /* NULL: plain */
	unsigned int number; /* 1, 2, ... since the peer began */
	struct buf in; /* what was read and not used */
	struct buf head; /* the request's head, as it came */
	struct buf body;
	char *method, *path, *query; /* query without '?', "" none */
};

struct doh_name {
	const char *name;
	size_t name_len;
	int family;
	uint8_t address[16];
};

static struct doh_name *doh_names;
static size_t ndoh_names;
static bool doh;

static ssize_t
conn_read(struct conn *c, void *data, size_t len)
{
	return c->ssl != NULL ? SSL_read(c->ssl, data, (int)len) : read(c->fd, data, len);
}

/* False when the other side is gone. */
static bool
conn_write(struct conn *c, const void *data, size_t len)
{
	const char *p = data;
	ssize_t n;

	for (; len > 0; p += n, len -= (size_t)n) {
		n = c->ssl != NULL ? SSL_write(c->ssl, p, (int)len) : write(c->fd, p, len);
		if (n <= 0)
			return false;
	}
	return true;
}

static bool
conn_puts(struct conn *c, const char *text)
{
	return conn_write(c, text, strlen(text));
}

static bool
reply_typed(struct conn *c, int status, const char *type, const char *headers, const void *body,
    size_t len)
{
	struct buf out = BUF_EMPTY;
	bool ok;

	buf_printf(&out, "HTTP/1.1 %d Status\r\nServer: peer\r\nContent-Type: %s\r\n%s", status,
	    type, headers);
	if (status != 204)
		buf_printf(&out, "Content-Length: %zu\r\n", len);
	buf_puts(&out, "\r\n");
	buf_add(&out, body, len);
	ok = conn_write(c, out.data, out.len);
	buf_free(&out);
	return ok;
}

static bool
reply(struct conn *c, int status, const char *headers, const char *body)
{
	return reply_typed(c, status, "text/html; charset=utf-8", headers, body, strlen(body));
}

/* ---- The routes. Each returns whether the connection goes on. rest: the path after the route's. ---- */

static bool
serve_ok(struct conn *c, const char *rest)
{
	(void)rest;
	return reply(c, 200, "", "<html><head><title>It is well</title></head><body>ok</body></html>\n");
}

static bool
serve_status(struct conn *c, const char *rest)
{
	return reply(c, atoi(rest), "", atoi(rest) == 204 ? "" : "status\n");
}

static bool
serve_no_content(struct conn *c, const char *rest)
{
	(void)rest;
	return reply(c, 204, "", "");
}

static bool
serve_redirect(struct conn *c, const char *rest)
{
	char location[64];

	if (atoi(rest) <= 0)
		return serve_ok(c, rest);
	snprintf(location, sizeof(location), "Location: /redirect/%d\r\n", atoi(rest) - 1);
	return reply(c, 302, location, "");
}

static int
hex_value(char digit)
{
	const char *at = strchr("0123456789abcdef", digit | 0x20);

	return digit != '\0' && at != NULL ? (int)(at - "0123456789abcdef") : 0;
}

/* to= is percent-decoded, so that any bytes can be asked for. */
static bool
serve_location(struct conn *c, const char *rest)
{
	const char *p = strncmp(c->query, "to=", 3) == 0 ? c->query + 3 : c->query;
	struct buf headers = BUF_EMPTY;
	bool ok;

	(void)rest;
	buf_puts(&headers, "Location: ");
	for (; *p != '\0'; p++)
		if (*p == '%' && p[1] != '\0' && p[2] != '\0') {
			buf_putc(&headers, (char)(hex_value(p[1]) * 16 + hex_value(p[2])));
			p += 2;
		} else
			buf_putc(&headers, *p);
	buf_puts(&headers, "\r\n");
	ok = reply(c, 302, buf_str(&headers), "");
	buf_free(&headers);
	return ok;
}

/* Announces 10,000 bytes, and sends the half of them. */
static bool
send_half(struct conn *c)
{
	char half[5000];

	memset(half, 'x', sizeof(half));
	return conn_puts(c, "HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n") &&
	       conn_write(c, half, sizeof(half));
}

static bool
serve_reset(struct conn *c, const char *rest)
{
	struct linger linger = {.l_onoff = 1, .l_linger = 0};
	int unsent = 1;

	(void)rest;
	if (!send_half(c))
		return false;
	/* A reset throws away what was not yet delivered: wait until the half is there. */
	while (ioctl(c->fd, SIOCOUTQ, &unsent) == 0 && unsent > 0)
		poll(NULL, 0, 1);
	setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	return false;
}

static bool
serve_close(struct conn *c, const char *rest)
{
	(void)rest;
	send_half(c);
	return false;
}

static bool
serve_empty(struct conn *c, const char *rest)
{
	(void)c;
	(void)rest;
	return false;
}

static bool
serve_silent(struct conn *c, const char *rest)
{
	char byte;

	(void)rest;
	while (conn_read(c, &byte, 1) > 0)
		;
	return false;
}

static bool
write_for_ever(struct conn *c, const char *text)
{
	struct buf block = BUF_EMPTY;

	while (block.len < 4096)
		buf_puts(&block, text);
	while (conn_write(c, block.data, block.len))
		;
	buf_free(&block);
	return false;
}

static bool
serve_endless(struct conn *c, const char *rest)
{
	(void)rest;
	conn_puts(c, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n");
	return write_for_ever(c, "for ever and ever\n");
}

static bool
serve_header_flood(struct conn *c, const char *rest)
{
	(void)rest;
	conn_puts(c, "HTTP/1.1 200 OK\r\n");
	return write_for_ever(c, "X-Flood: after me, the deluge\r\n");
}

static bool
serve_long_header(struct conn *c, const char *rest)
{
	(void)rest;
	conn_puts(c, "HTTP/1.1 200 OK\r\nX-Long: ");
	return write_for_ever(c, "longer and ");
}

static bool
serve_garbage(struct conn *c, const char *rest)
{
	static const char garbage[] = "\x00\xff\x13\x37 this is no HTTP\r\n\r\n";

	(void)rest;
	conn_write(c, garbage, sizeof(garbage) - 1);
	return false;
}

static bool
serve_no_header(struct conn *c, const char *rest)
{
	(void)rest;
	conn_puts(c, "HTTP/1.1 200 OK\r\n\r\nnothing said of it\n");
	return false;
}

/* An interim response, headers twice, and one that goes on on a second line. */
static bool
serve_headers(struct conn *c, const char *rest)
{
	(void)rest;
	return conn_puts(c, "HTTP/1.1 103 Early Hints\r\nX-Early: yes\r\n\r\n"
			    "HTTP/1.1 200 OK\r\nX-Twice: one\r\nX-Folded: first\r\n  second\r\n"
			    "X-Twice: two\r\nX-Empty:\r\nContent-Length: 0\r\n\r\n");
}

static bool
serve_bytes(struct conn *c, const char *rest)
{
	size_t len = strtoul(rest, NULL, 10);
	char *body = malloc(len + 1);
	bool ok;

	if (body == NULL)
		err(1, "malloc");
	memset(body, 'x', len);
	ok = reply_typed(c, 200, "application/octet-stream", "", body, len);
	free(body);
	return ok;
}

/* 1,000 bytes, one every 100 ms. */
static bool
serve_slow(struct conn *c, const char *rest)
{
	struct pollfd gone = {.fd = c->fd, .events = POLLIN};
	int i;

	(void)rest;
	conn_puts(c, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
	for (i = 0; i < 1000; i++)
		if (poll(&gone, 1, 100) != 0 || !conn_write(c, ".", 1))
			break;
	return false;
}

/* "Новости" in Windows-1251. */
static bool
serve_latin1(struct conn *c, const char *rest)
{
	const char *body = "<html><title>\xcd\xee\xe2\xee\xf1\xf2\xe8</title></html>\n";

	(void)rest;
	return reply_typed(c, 200, "text/html; charset=windows-1251", "", body, strlen(body));
}

/* The request's head as it came. */
static bool
serve_echo(struct conn *c, const char *rest)
{
	(void)rest;
	return reply_typed(c, 200, "text/plain", "", c->head.data, c->head.len);
}

/* ---- DNS over HTTPS. Written apart from the probe's own reader and writer of messages. ---- */

/* The name in a question at offset 12, lower-case with dots; its length on the wire, 0 when it is broken. */
static size_t
dns_name(const struct buf *message, char name[256])
{
	size_t at = 12, out = 0, label, i;

	for (;;) {
		if (at >= message->len)
			return 0;
		label = (unsigned char)message->data[at++];
		if (label == 0)
			break;
		if (label > 63 || at + label > message->len || out + label + 1 > 255)
			return 0;
		if (out > 0)
			name[out++] = '.';
		for (i = 0; i < label; i++)
			name[out++] = (char)tolower((unsigned char)message->data[at + i]);
		at += label;
	}
	name[out] = '\0';
	return at - 12;
}

static void
dns_record(struct buf *out, int type, const void *address, size_t len)
{
	buf_u16(out, 0xc00c);
	buf_u16(out, (uint16_t)type);
	buf_u16(out, 1);
	buf_u32(out, 60);
	buf_u16(out, (uint16_t)len);
	buf_add(out, address, len);
}

/* Appends the answers of that type; sets *known when the name exists. Returns their number. */
static uint16_t
dns_records(const struct conn *c, struct buf *out, const char *name, int type, bool *known)
{
	uint8_t number[4] = {192, 0, 2, (uint8_t)c->number};
	uint16_t n = 0;
	size_t i;

	*known = strcmp(name, "connection-number.test") == 0;
	if (*known && type == 1) {
		dns_record(out, 1, number, 4);
		return 1;
	}
	for (i = 0; i < ndoh_names; i++) {
		const struct doh_name *d = &doh_names[i];
		bool v6 = d->family == AF_INET6;

		if (strlen(name) != d->name_len || strncasecmp(name, d->name, d->name_len) != 0)
			continue;
		*known = true;
		if (type != (v6 ? 28 : 1))
			continue;
		dns_record(out, type, d->address, v6 ? 16 : 4);
		n++;
	}
	return n;
}

static bool
dns_reply(struct conn *c, const struct buf *message)
{
	struct buf out = BUF_EMPTY, records = BUF_EMPTY;
	size_t name_len = message->len > 12 ? 0 : 1;
	char name[256];
	uint16_t n;
	bool known, ok;
	int type;

	name_len = message->len > 12 ? dns_name(message, name) : 0;
	if (name_len == 0 || 12 + name_len + 4 > message->len)
		return reply(c, 400, "", "not a DNS query\n");
	type = (unsigned char)message->data[12 + name_len] << 8 |
	       (unsigned char)message->data[12 + name_len + 1];
	n = dns_records(c, &records, name, type, &known);
	buf_add(&out, message->data, 2);
	buf_u16(&out, known ? 0x8180 : 0x8183);
	buf_u16(&out, 1);
	buf_u16(&out, n);
	buf_u32(&out, 0);
	buf_add(&out, message->data + 12, name_len + 4);
	buf_add(&out, records.data, records.len);
	ok = reply_typed(c, 200, "application/dns-message", "", out.data, out.len);
	buf_free(&out);
	buf_free(&records);
	return ok;
}

/* dns=, base64url without padding (RFC 8484 4.1). */
static bool
dns_get(struct conn *c)
{
	struct buf text = BUF_EMPTY, message = BUF_EMPTY;
	bool ok;
	char *p;

	buf_puts(&text, strncmp(c->query, "dns=", 4) == 0 ? c->query + 4 : "");
	while (text.len % 4 != 0)
		buf_putc(&text, '=');
	for (p = text.data; p != NULL && *p != '\0'; p++)
		*p = *p == '-' ? '+' : *p == '_' ? '/' : *p;
	ok = buf_unbase64(&message, buf_str(&text), text.len) == 0 ?
		 dns_reply(c, &message) :
		 reply(c, 400, "", "not base64url\n");
	buf_free(&text);
	buf_free(&message);
	return ok;
}

static bool
serve_doh(struct conn *c, const char *rest)
{
	if (!doh)
		return reply(c, 404, "", "not here\n");
	if (strcmp(rest, "/endless") == 0) {
		conn_puts(c, "HTTP/1.1 200 OK\r\nContent-Type: application/dns-message\r\n\r\n");
		return write_for_ever(c, "for ever and ever\n");
	}
	if (strcmp(rest, "/garbage") == 0)
		return reply_typed(c, 200, "application/dns-message", "", "garbage", 7);
	if (strcmp(c->method, "GET") == 0)
		return dns_get(c);
	if (strcasestr(buf_str(&c->head), "\r\ncontent-type: application/dns-message\r\n") == NULL)
		return reply(c, 415, "", "application/dns-message is spoken here\n");
	return dns_reply(c, &c->body);
}

static const struct route {
	const char *path; /* with a final '/': what follows is the rest; otherwise all of it */
	bool (*serve)(struct conn *c, const char *rest);
} routes[] = {
    {"/ok", serve_ok},
    {"/status/", serve_status},
    {"/redirect/", serve_redirect},
    {"/location", serve_location},
    {"/reset", serve_reset},
    {"/close", serve_close},
    {"/empty", serve_empty},
    {"/silent", serve_silent},
    {"/endless", serve_endless},
    {"/headerflood", serve_header_flood},
    {"/longheader", serve_long_header},
    {"/headers", serve_headers},
    {"/garbage", serve_garbage},
    {"/noheader", serve_no_header},
    {"/slow", serve_slow},
    {"/bytes/", serve_bytes},
    {"/generate_204", serve_no_content},
    {"/latin1", serve_latin1},
    {"/echo", serve_echo},
    {"/dns-query", serve_doh},
    {"/dns-query/endless", serve_doh},
    {"/dns-query/garbage", serve_doh},
};

static bool
serve(struct conn *c)
{
	size_t i, len;

	if (strcmp(c->path, "/") == 0)
		return serve_ok(c, "");
	for (i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
		len = strlen(routes[i].path);
		if (routes[i].path[len - 1] == '/' && strncmp(c->path, routes[i].path, len) == 0)
			return routes[i].serve(c, c->path + len);
		if (strcmp(c->path, routes[i].path) == 0)
			return routes[i].serve(c, strrchr(c->path, '/'));
	}
	return reply(c, 404, "", "not here\n");
}

/* ---- Connections. ---- */

/* Moves the first n bytes of `in` to `to`. */
static void
conn_move(struct conn *c, struct buf *to, size_t n)
{
	buf_clear(to);
	buf_add(to, c->in.data, n);
	memmove(c->in.data, c->in.data + n, c->in.len - n);
	c->in.len -= n;
	c->in.data[c->in.len] = '\0';
}

/* Reads until `in` has n bytes; false at the end. */
static bool
conn_fill(struct conn *c, size_t n)
{
	ssize_t got;

	while (c->in.len < n) {
		got = conn_read(c, buf_room(&c->in, 4096), 4096);
		if (got <= 0)
			return false;
		c->in.len += (size_t)got;
		c->in.data[c->in.len] = '\0';
	}
	return true;
}

static bool
read_request(struct conn *c)
{
	const char *end, *length;
	size_t body = 0;

	while ((end = strstr(buf_str(&c->in), "\r\n\r\n")) == NULL)
		if (c->in.len > REQUEST_MAX || !conn_fill(c, c->in.len + 1))
			return false;
	conn_move(c, &c->head, (size_t)(end - c->in.data) + 4);
	length = strcasestr(c->head.data, "\r\ncontent-length:");
	if (length != NULL)
		body = strtoul(length + strlen("\r\ncontent-length:"), NULL, 10);
	if (body > REQUEST_MAX || !conn_fill(c, body))
		return false;
	if (body > 0)
		conn_move(c, &c->body, body);
	else
		buf_clear(&c->body);
	return true;
}

/* Takes "METHOD /path?query HTTP/1.1" apart. */
static bool
read_target(struct conn *c)
{
	char *line = strndup(c->head.data, strcspn(c->head.data, "\r\n")), *rest = line, *mark;

	if (line == NULL)
		err(1, "strndup");
	c->method = strsep(&rest, " ");
	c->path = rest != NULL ? strsep(&rest, " ") : NULL;
	if (c->path == NULL) {
		free(line);
		return false;
	}
	mark = strchr(c->path, '?');
	c->query = mark != NULL ? mark + 1 : c->path + strlen(c->path);
	if (mark != NULL)
		*mark = '\0';
	return true;
}

static void
serve_connection(struct conn *c, SSL_CTX *tls)
{
	char first;

	if (tls != NULL && recv(c->fd, &first, 1, MSG_PEEK) == 1 && first == 22) {
		c->ssl = SSL_new(tls);
		if (c->ssl == NULL || SSL_set_fd(c->ssl, c->fd) != 1 || SSL_accept(c->ssl) != 1)
			return;
	}
	while (read_request(c) && read_target(c))
		if (!serve(c))
			break;
	close(c->fd);
}

static int
choose_alpn(SSL *ssl, const unsigned char **out, unsigned char *len, const unsigned char *in,
    unsigned int in_len, void *arg)
{
	static const unsigned char ours[] = "\x08http/1.1";
	unsigned char *chosen;

	(void)ssl;
	(void)arg;
	if (SSL_select_next_proto(&chosen, len, ours, sizeof(ours) - 1, in, in_len) !=
	    OPENSSL_NPN_NEGOTIATED)
		return SSL_TLSEXT_ERR_NOACK;
	*out = chosen;
	return SSL_TLSEXT_ERR_OK;
}

static SSL_CTX *
tls_new(const char *cert, const char *key)
{
	SSL_CTX *tls = SSL_CTX_new(TLS_server_method());

	if (tls == NULL || SSL_CTX_use_certificate_chain_file(tls, cert) != 1)
		errx(1, "%s: no certificate chain", cert);
	if (SSL_CTX_use_PrivateKey_file(tls, key, SSL_FILETYPE_PEM) != 1)
		errx(1, "%s: no key for it", key);
	SSL_CTX_set_alpn_select_cb(tls, choose_alpn, NULL);
	return tls;
}

static void
add_name(const char *text)
{
	const char *equals = strchr(text, '=');
	struct doh_name *d;

	if (equals == NULL)
		errx(1, "%s: not NAME=IP", text);
	doh_names = realloc(doh_names, (ndoh_names + 1) * sizeof(*doh_names));
	if (doh_names == NULL)
		err(1, "realloc");
	d = &doh_names[ndoh_names++];
	d->name = text;
	d->name_len = (size_t)(equals - text);
	d->family = strchr(equals, ':') != NULL ? AF_INET6 : AF_INET;
	if (inet_pton(d->family, equals + 1, d->address) != 1)
		errx(1, "%s: not an address", equals + 1);
}

/* Listens, and prints the port. */
static int
listen_on(const char *address, int port)
{
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};
	struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	bool is_v6 = strchr(address, ':') != NULL;
	struct sockaddr *sa = is_v6 ? (struct sockaddr *)&v6 : (struct sockaddr *)&v4;
	socklen_t len = is_v6 ? sizeof(v6) : sizeof(v4);
	int fd, one = 1;

	if ((is_v6 ? inet_pton(AF_INET6, address, &v6.sin6_addr) :
		     inet_pton(AF_INET, address, &v4.sin_addr)) != 1)
		errx(1, "%s: not an address", address);
	fd = socket(sa->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (fd < 0 || bind(fd, sa, len) < 0 || listen(fd, 128) < 0 || getsockname(fd, sa, &len) < 0)
		err(1, "%s", address);
	printf("%d\n", ntohs(is_v6 ? v6.sin6_port : v4.sin_port));
	fflush(stdout);
	return fd;
}

static void
accept_one(int listener, SSL_CTX *tls)
{
	static unsigned int number;
	struct conn c = {.fd = accept(listener, NULL, NULL), .number = ++number};
	pid_t parent = getpid();

	if (c.fd < 0)
		return;
	if (fork() == 0) {
		/* No connection outlives the peer. */
		if (prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == parent)
			serve_connection(&c, tls);
		_exit(0);
	}
	close(c.fd);
}

int
main(int argc, char **argv)
{
	static const struct option options[] = {
	    {"address", required_argument, NULL, 'a'},
	    {"port", required_argument, NULL, 'p'},
	    {"cert", required_argument, NULL, 'c'},
	    {"key", required_argument, NULL, 'k'},
	    {"doh", required_argument, NULL, 'd'},
	    {NULL, 0, NULL, 0},
	};
	const char *address = "127.0.0.1", *cert = NULL, *key = NULL;
	struct pollfd fds[2] = {{.fd = STDIN_FILENO, .events = POLLIN}, {.events = POLLIN}};
	SSL_CTX *tls;
	int option, port = 0;
	char byte;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'a')
			address = optarg;
		else if (option == 'p')
			port = atoi(optarg);
		else if (option == 'c')
			cert = optarg;
		else if (option == 'k')
			key = optarg;
		else if (option == 'd') {
			doh = true;
			add_name(optarg);
		} else
			return 64;
	}
	while (optind < argc)
		add_name(argv[optind++]);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGCHLD, SIG_IGN); /* nobody waits for the connections' processes */
	tls = cert != NULL ? tls_new(cert, key != NULL ? key : cert) : NULL;
	fds[1].fd = listen_on(address, port);
	while (poll(fds, 2, -1) >= 0) {
		if (fds[0].revents != 0 && read(STDIN_FILENO, &byte, 1) <= 0)
			break;
		if (fds[1].revents != 0)
			accept_one(fds[1].fd, tls);
	}
	close(fds[1].fd);
	SSL_CTX_free(tls);
	free(doh_names);
	return 0;
}
