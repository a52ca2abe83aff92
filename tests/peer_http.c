/*
 * A loopback HTTP server that misbehaves as its path says (the routes are in peer_http_routes.c).
 *
 *	peer_http [--address IP] [--port N] [--cert FILE --key FILE] [--doh NAME=IP [NAME=IP...]]
 *
 * Prints its port when it is ready, and ends when its standard input does. One process a
 * connection. With a certificate the same port speaks TLS (HTTP/1.1) to who begins with a
 * ClientHello. --doh adds /dns-query (RFC 8484, POST and GET): those names have these addresses,
 * any other is NXDOMAIN; connection-number.test has 192.0.2.N, N being the number of the
 * connection that the query came over.
 */
#include <arpa/inet.h>
#include <err.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <openssl/ssl.h>

#include "tests/peer_http.h"

enum { REQUEST_MAX = 128 * 1024 };

ssize_t
conn_read(struct conn *c, void *data, size_t len)
{
	return c->ssl != NULL ? SSL_read(c->ssl, data, (int)len) : read(c->fd, data, len);
}

bool
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

bool
conn_puts(struct conn *c, const char *text)
{
	return conn_write(c, text, strlen(text));
}

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
		if (!serve_route(c))
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

	if ((is_v6 ? inet_pton(AF_INET6, address, &v6.sin6_addr)
	           : inet_pton(AF_INET, address, &v4.sin_addr)) != 1)
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
	struct conn c = {.fd = accept(listener, NULL, NULL)};
	pid_t parent = getpid();

	if (c.fd < 0)
		return;
	c.number = ++number;
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
		else if (option == 'd')
			doh_add(optarg);
		else
			return 64;
	}
	while (optind < argc)
		doh_add(argv[optind++]);
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
	return 0;
}
