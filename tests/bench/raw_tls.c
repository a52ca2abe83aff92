/*
 * The yardstick: bare OpenSSL handshakes, 50 at a time, with verification against a bundle, and nothing else. No DNS, no
 * record, no chain kept. raw_tls ROOTS SITES PORT IN_FLIGHT
 *
 * SITES has "address name" lines. Prints how many handshakes verified.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <openssl/ssl.h>

struct site {
	char address[40], name[80];
};

struct conn {
	int fd;
	SSL *ssl;
};

static SSL_CTX *ctx;
static struct site *sites;
static size_t nsites, next_site, running, good;
static int epoll_fd, port;

static void
start(void)
{
	struct site *site = &sites[next_site++];
	struct conn *c = calloc(1, sizeof(*c));
	struct sockaddr_in sin = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	struct epoll_event event = {.events = EPOLLOUT, .data.ptr = c};

	if (c == NULL)
		abort();
	inet_pton(AF_INET, site->address, &sin.sin_addr);
	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (connect(c->fd, (struct sockaddr *)&sin, sizeof(sin)) != 0 && errno != EINPROGRESS) {
		perror(site->address);
		exit(1);
	}
	c->ssl = SSL_new(ctx);
	SSL_set_fd(c->ssl, c->fd);
	SSL_set_tlsext_host_name(c->ssl, site->name);
	SSL_set1_host(c->ssl, site->name);
	SSL_set_connect_state(c->ssl);
	epoll_ctl(epoll_fd, EPOLL_CTL_ADD, c->fd, &event);
	running++;
}

static void
finish(struct conn *c, int ok)
{
	good += (size_t)ok;
	SSL_free(c->ssl);
	close(c->fd);
	free(c);
	running--;
}

static void
step(struct conn *c)
{
	struct epoll_event event = {.data.ptr = c};
	int result = SSL_do_handshake(c->ssl), why;

	if (result == 1) {
		finish(c, SSL_get_verify_result(c->ssl) == X509_V_OK);
		return;
	}
	why = SSL_get_error(c->ssl, result);
	if (why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE) {
		finish(c, 0);
		return;
	}
	event.events = why == SSL_ERROR_WANT_READ ? EPOLLIN : EPOLLOUT;
	epoll_ctl(epoll_fd, EPOLL_CTL_MOD, c->fd, &event);
}

static void
read_sites(const char *name)
{
	FILE *f = fopen(name, "r");
	struct site site;

	if (f == NULL) {
		perror(name);
		exit(1);
	}
	while (fscanf(f, "%39s %79s", site.address, site.name) == 2) {
		sites = realloc(sites, (nsites + 1) * sizeof(site));
		if (sites == NULL)
			abort();
		sites[nsites++] = site;
	}
	fclose(f);
}

int
main(int argc, char **argv)
{
	struct epoll_event events[64];
	size_t most;
	int n, i;

	if (argc != 5) {
		fprintf(stderr, "usage: raw_tls ROOTS SITES PORT IN_FLIGHT\n");
		return 64;
	}
	ctx = SSL_CTX_new(TLS_client_method());
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	if (SSL_CTX_load_verify_file(ctx, argv[1]) != 1)
		return 66;
	read_sites(argv[2]);
	port = atoi(argv[3]);
	most = (size_t)atoi(argv[4]);
	epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	while (next_site < nsites || running > 0) {
		while (running < most && next_site < nsites)
			start();
		n = epoll_wait(epoll_fd, events, 64, 10000);
		for (i = 0; i < n; i++)
			step(events[i].data.ptr);
		if (n == 0)
			break;
	}
	printf("%zu of %zu handshakes verified\n", good, nsites);
	return good == nsites ? 0 : 1;
}
