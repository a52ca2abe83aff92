/*
 * A loopback server that misbehaves on purpose: peer_tls MODE [option...]
 *
 * Prints "PORT\n" when it is ready, serves, and exits when its standard input ends, so that it
 * never outlives the test that started it. The modes are in the table below.
 *
 *   --host 127.0.0.1|::1   where it listens
 *   --cert FILE --key FILE a PEM chain, leaf first, and its key (modes that speak TLS)
 *   --tls12                no TLS 1.3
 *   --alert N              the alert's number (alert-hello; 40)
 *   --records N            records sent before the end (*-serverhello; 1, the ServerHello itself)
 *   --title TEXT           of the page that `good` serves
 */
#include <arpa/inet.h>
#include <getopt.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

static const char *host = "127.0.0.1", *title = "Good page";
static const char *certificate, *key;
static int alert_number = 40, records = 1;
static bool tls12;
static SSL_CTX *ctx;
static int listener;

static _Noreturn void
die(const char *what)
{
	perror(what);
	ERR_print_errors_fp(stderr);
	exit(1);
}

/* Reads exactly n bytes; false at the end. */
static bool
read_all(int fd, uint8_t *out, size_t n)
{
	ssize_t got;

	for (; n > 0; out += got, n -= (size_t)got) {
		got = read(fd, out, n);
		if (got <= 0)
			return false;
	}
	return true;
}

static void
write_all(int fd, const void *data, size_t n)
{
	const char *p = data;
	ssize_t put;

	for (; n > 0; p += put, n -= (size_t)put) {
		put = write(fd, p, n);
		if (put <= 0)
			return;
	}
}

/* Reads one whole TLS record, the ClientHello. Nothing is left unread, so that close() sends FIN.
 */
static size_t
read_hello(int fd, uint8_t record[5 + 65535])
{
	size_t len;

	if (!read_all(fd, record, 5))
		return 0;
	len = (size_t)record[3] << 8 | record[4];
	return read_all(fd, record + 5, len) ? 5 + len : 0;
}

static void
read_to_end(int fd)
{
	uint8_t scratch[4096];

	while (read(fd, scratch, sizeof(scratch)) > 0)
		;
}

static void
reset(int fd)
{
	const struct linger now = {.l_onoff = 1, .l_linger = 0};

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
}

static void
serve_rst_hello(int fd)
{
	uint8_t record[5 + 65535];

	read_hello(fd, record);
	reset(fd);
}

static void
serve_rst_connect(int fd)
{
	reset(fd);
}

static void
serve_fin_hello(int fd)
{
	uint8_t record[5 + 65535];

	read_hello(fd, record);
}

static void
serve_alert_hello(int fd)
{
	/* close_notify is a warning (RFC 5246 7.2.1), the rest of what comes here is fatal. */
	const uint8_t level = alert_number == 0 ? 1 : 2;
	const uint8_t alert[] = {0x15, 3, 3, 0, 2, level, (uint8_t)alert_number};
	uint8_t record[5 + 65535];

	read_hello(fd, record);
	write_all(fd, alert, sizeof(alert));
	shutdown(fd, SHUT_WR);
	read_to_end(fd);
}

static void
serve_garbage(int fd)
{
	static const char text[] = "220 This is no TLS server, whatever you had hoped for.\r\n";
	uint8_t record[5 + 65535];

	read_hello(fd, record);
	write_all(fd, text, sizeof(text) - 1);
	shutdown(fd, SHUT_WR);
	read_to_end(fd);
}

/* Sends the first --records records of a real answer to the hello. */
static void
send_flight(int fd)
{
	uint8_t record[5 + 65535], *flight;
	BIO *in = BIO_new(BIO_s_mem()), *out = BIO_new(BIO_s_mem());
	SSL *ssl = SSL_new(ctx);
	size_t len = read_hello(fd, record), left, size;
	int i;

	if (ssl == NULL || in == NULL || out == NULL)
		die("SSL_new");
	SSL_set_bio(ssl, in, out);
	BIO_write(in, record, (int)len);
	SSL_accept(ssl);
	left = (size_t)BIO_get_mem_data(out, &flight);
	for (i = 0; i < records && left >= 5; i++) {
		size = 5 + ((size_t)flight[3] << 8 | flight[4]);
		if (size > left)
			size = left;
		write_all(fd, flight, size);
		flight += size;
		left -= size;
	}
	SSL_free(ssl);
	ERR_clear_error();
}

static void
serve_fin_serverhello(int fd)
{
	send_flight(fd);
}

static void
serve_rst_serverhello(int fd)
{
	send_flight(fd);
	reset(fd);
}

static void
serve_stall_serverhello(int fd)
{
	send_flight(fd);
	read_to_end(fd);
}

static void
serve_good(int fd)
{
	char request[8192], response[1024], body[512];
	size_t len = 0, got;
	SSL *ssl = SSL_new(ctx);

	if (ssl == NULL || SSL_set_fd(ssl, fd) != 1)
		die("SSL_new");
	if (SSL_accept(ssl) != 1)
		goto out;
	request[0] = '\0';
	while (strstr(request, "\r\n\r\n") == NULL && len < sizeof(request) - 1) {
		if (SSL_read_ex(ssl, request + len, sizeof(request) - 1 - len, &got) != 1)
			goto out;
		len += got;
		request[len] = '\0';
	}
	snprintf(body, sizeof(body),
	    "<!DOCTYPE html><html><head><title>%.200s</title></head><body>Hello.</body></html>\n",
	    title);
	snprintf(response, sizeof(response),
	    "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %zu\r\n"
	    "Connection: close\r\n\r\n%s",
	    strlen(body), body);
	SSL_write(ssl, response, (int)strlen(response));
	SSL_shutdown(ssl);
out:
	SSL_free(ssl);
	ERR_clear_error();
}

static const struct mode {
	const char *name;
	/* Serves one connection, which is closed after it. NULL: nothing is ever accepted. */
	void (*serve)(int fd);
	bool listens, tls;
} modes[] = {
    {"refuse", NULL, false, false}, /* the port is bound, so that nobody else gets it */
    {"silent", NULL, true, false},  /* the kernel answers the SYN, nobody the hello */
    {"rst-connect", serve_rst_connect, true, false}, {"rst-hello", serve_rst_hello, true, false},
    {"fin-hello", serve_fin_hello, true, false}, {"alert-hello", serve_alert_hello, true, false},
    {"garbage", serve_garbage, true, false}, {"fin-serverhello", serve_fin_serverhello, true, true},
    {"rst-serverhello", serve_rst_serverhello, true, true},
    {"stall-serverhello", serve_stall_serverhello, true, true},
    {"good", serve_good, true, true}, /* one HTTP/1.1 answer a connection */
};

static const struct mode *
find_mode(const char *name)
{
	size_t i;

	for (i = 0; name != NULL && i < sizeof(modes) / sizeof(modes[0]); i++)
		if (strcmp(modes[i].name, name) == 0)
			return &modes[i];
	fprintf(stderr, "peer_tls: no such mode: %s\n", name != NULL ? name : "(none)");
	exit(64);
}

static int
choose_alpn(SSL *ssl, const unsigned char **out, unsigned char *out_len, const unsigned char *in,
    unsigned int in_len, void *arg)
{
	static const unsigned char http[] = "\x08http/1.1";
	unsigned char *chosen;

	(void)ssl;
	(void)arg;
	if (SSL_select_next_proto(&chosen, out_len, http, sizeof(http) - 1, in, in_len) !=
	    OPENSSL_NPN_NEGOTIATED)
		return SSL_TLSEXT_ERR_NOACK;
	*out = chosen;
	return SSL_TLSEXT_ERR_OK;
}

static void
make_context(void)
{
	ctx = SSL_CTX_new(TLS_server_method());
	if (ctx == NULL || certificate == NULL || key == NULL)
		die("--cert and --key");
	SSL_CTX_set_security_level(ctx, 0);
	SSL_CTX_set_max_proto_version(ctx, tls12 ? TLS1_2_VERSION : TLS1_3_VERSION);
	SSL_CTX_set_alpn_select_cb(ctx, choose_alpn, NULL);
	if (SSL_CTX_use_certificate_chain_file(ctx, certificate) != 1 ||
	    SSL_CTX_use_PrivateKey_file(ctx, key, SSL_FILETYPE_PEM) != 1)
		die(certificate);
}

static void
bind_port(bool listens)
{
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
	struct sockaddr_in v4 = {.sin_family = AF_INET};
	bool is_v6 = inet_pton(AF_INET6, host, &v6.sin6_addr) == 1;
	struct sockaddr *address = is_v6 ? (struct sockaddr *)&v6 : (struct sockaddr *)&v4;
	socklen_t len = is_v6 ? sizeof(v6) : sizeof(v4);

	if (!is_v6 && inet_pton(AF_INET, host, &v4.sin_addr) != 1)
		die(host);
	listener = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (listener < 0 || bind(listener, address, len) != 0 ||
	    (listens && listen(listener, 128) != 0) || getsockname(listener, address, &len) != 0)
		die(host);
	printf("%d\n", ntohs(is_v6 ? v6.sin6_port : v4.sin_port));
	fflush(stdout);
}

struct connection {
	const struct mode *mode;
	int fd;
};

static void *
connection_main(void *arg)
{
	struct connection *c = arg;

	c->mode->serve(c->fd);
	close(c->fd);
	free(c);
	return NULL;
}

/* A thread for each connection, so that one that hangs holds up no other. */
static void *
accept_main(void *arg)
{
	const struct mode *mode = arg;
	struct connection *c;
	pthread_t thread;
	int fd;

	while ((fd = accept(listener, NULL, NULL)) >= 0) {
		c = malloc(sizeof(*c));
		if (c == NULL)
			die("malloc");
		*c = (struct connection){mode, fd};
		if (pthread_create(&thread, NULL, connection_main, c) != 0)
			die("pthread_create");
		pthread_detach(thread);
	}
	return NULL;
}

static void
read_options(int argc, char **argv)
{
	static const struct option options[] = {
	    {"host", required_argument, NULL, 'h'},
	    {"cert", required_argument, NULL, 'c'},
	    {"key", required_argument, NULL, 'k'},
	    {"tls12", no_argument, NULL, '2'},
	    {"alert", required_argument, NULL, 'a'},
	    {"records", required_argument, NULL, 'r'},
	    {"title", required_argument, NULL, 't'},
	    {NULL, 0, NULL, 0},
	};
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case 'h':
			host = optarg;
			break;
		case 'c':
			certificate = optarg;
			break;
		case 'k':
			key = optarg;
			break;
		case '2':
			tls12 = true;
			break;
		case 'a':
			alert_number = atoi(optarg);
			break;
		case 'r':
			records = atoi(optarg);
			break;
		case 't':
			title = optarg;
			break;
		default:
			exit(64);
		}
	}
}

int
main(int argc, char **argv)
{
	const struct mode *mode;
	char scratch[64];
	pthread_t thread;

	read_options(argc, argv);
	mode = find_mode(argv[optind]);
	signal(SIGPIPE, SIG_IGN);
	if (mode->tls)
		make_context();
	bind_port(mode->listens);
	if (mode->serve != NULL &&
	    pthread_create(&thread, NULL, accept_main, (void *)(uintptr_t)mode) != 0)
		die("pthread_create");
	while (read(STDIN_FILENO, scratch, sizeof(scratch)) > 0)
		;
	_exit(0); /* connections in other threads die with us */
}
