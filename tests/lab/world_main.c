/*
 * The role "world": opens the sockets of everything that answers, and serves.
 *
 *	netvane-lab world SCENARIO.ini --certs DIR [--clean]
 *
 * Every address that the world uses must be local in this network namespace (`ip route add local
 * PREFIX dev lo'). Each server listens on its own addresses, so that elsewhere the kernel refuses,
 * as machines do. Prints "ready" when all listen; ends on SIGTERM, SIGINT, and with its parent.
 */
#include <errno.h>
#include <getopt.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>

#include "base/log.h"
#include "base/mem.h"
#include "tests/lab/world.h"
#include "tests/lab/world_certs.h"
#include "tests/lab/world_conn.h"
#include "tests/lab/world_http.h"
#include "tests/lab/world_quic.h"
#include "tests/lab/world_resolver.h"
#include "tests/lab/world_tls.h"
#include "tests/lab/world_udp.h"

static const struct service site_http = {.port = 80, .input = http_input};
static const struct service site_https = {.port = 443, .tls = true, .input = http_input};
static const struct service resolver_tcp = {.port = 53, .input = resolver_input};

/* The censor hands flows over to these by changing their port, and only that. */
static const struct service handed_over[] = {
    {.port = 10443, .anywhere = true, .tls = true, .input = http_input, .forges = true},
    {.port = 10444, .anywhere = true, .tls = true, .input = http_input, .portal = true},
    {.port = 10080, .anywhere = true, .input = http_input, .proxy = true},
    {.port = 10081, .anywhere = true, .input = http_input, .portal = true},
    {.port = 10053, .anywhere = true, .input = resolver_input_hijacked},
};
enum { HANDED_OVER = sizeof(handed_over) / sizeof(handed_over[0]), HIJACKED_DNS = 10053 };

struct listening {
	struct main_world *main;
	const struct service *service;
	struct world_ip ip;
	struct evconnlistener *listener;
	struct listening *next;
};

struct udp_listening {
	struct udp_port port;
	struct udp_listening *next;
};

struct main_world {
	struct arena *arena;
	struct server server;
	struct listening *listening;
	struct udp_listening *udp;
	bool failed;
};

/* ---- Sockets -------------------------------------------------------------------------------- */

static void
on_accept(
    struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *from, int len, void *arg)
{
	struct listening *l = arg;

	(void)listener;
	(void)from;
	(void)len;
	conn_start(&l->main->server, l->service, fd);
}

/* Every packet that comes for the socket vanishes before TCP sees it. */
static void
swallow_packets(int fd)
{
	struct sock_filter nothing = BPF_STMT(BPF_RET | BPF_K, 0);
	struct sock_fprog program = {.len = 1, .filter = &nothing};

	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) != 0)
		log_fatal("a silent server");
}

/* A socket at that address. An address that is not there yet is no error (IP_FREEBIND). */
static int
open_socket(const struct world_ip *ip, uint16_t port, int type)
{
	const int on = 1;
	struct sockaddr_storage address;
	socklen_t len = world_ip_sockaddr(ip, port, &address);
	int fd = socket(address.ss_family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -1;
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	(void)setsockopt(fd, IPPROTO_IP, IP_FREEBIND, &on, sizeof(on));
	if (address.ss_family == AF_INET6)
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)&address, len) != 0) {
		close(fd);
		return -1;
	}
	return fd;
}

static bool
is_listening(const struct main_world *m, const struct service *service, const struct world_ip *ip)
{
	const struct listening *l;

	for (l = m->listening; l != NULL; l = l->next)
		if (l->service == service && world_ip_equal(&l->ip, ip))
			return true;
	return false;
}

/* Sites share addresses: the first one opens the socket. */
static void
listen_at(
    struct main_world *m, const struct service *service, const struct world_ip *ip, bool silent)
{
	struct listening *l;
	int fd;

	if (is_listening(m, service, ip))
		return;
	fd = open_socket(ip, service->port, SOCK_STREAM);
	if (fd >= 0 && silent)
		swallow_packets(fd);
	if (fd < 0 || listen(fd, 512) != 0) {
		log_warn("a server on port %d", service->port);
		m->failed = true;
		return;
	}
	l = arena_alloc(m->arena, sizeof(*l));
	*l = (struct listening){.main = m, .service = service, .ip = *ip, .next = m->listening};
	l->listener =
	    evconnlistener_new(m->server.base, on_accept, l, LEV_OPT_CLOSE_ON_FREE, 0, fd);
	if (l->listener == NULL)
		log_fatalx("no listener");
	m->listening = l;
}

static void
receive_at(struct main_world *m, const struct world_ip *ip, uint16_t port,
    void (*receive)(struct udp_peer *peer, const uint8_t *data, size_t len))
{
	struct udp_listening *u;
	int fd = open_socket(ip, port, SOCK_DGRAM);

	if (fd < 0) {
		log_warn("a server on UDP port %d", port);
		m->failed = true;
		return;
	}
	u = arena_alloc(m->arena, sizeof(*u));
	udp_start(&u->port, &m->server, fd, receive);
	u->next = m->udp;
	m->udp = u;
}

/* ---- Who listens where ---------------------------------------------------------------------- */

static void
open_site(struct main_world *m, const struct site *site)
{
	bool silent;
	size_t i;

	if (site->down == DOWN_REFUSE)
		return;
	for (i = 0; i < site->naddresses; i++) {
		const struct world_ip *ip = &site->addresses[i].ip;

		if (site->addresses[i].dead)
			continue;
		silent = site->down == DOWN_SILENT || site->addresses[i].deaf;
		if (!site->no_port80)
			listen_at(m, &site_http, ip, silent);
		if (!site->plain)
			listen_at(m, &site_https, ip, silent);
		if (site->quic && !silent)
			receive_at(m, ip, site_https.port, quic_receive);
	}
}

/* Resolvers over HTTPS are sites; they have no port 53. */
static void
open_resolver(struct main_world *m, const struct resolver *resolver)
{
	if (resolver->view == VIEW_DOH)
		return;
	receive_at(m, &resolver->ip, resolver_tcp.port, resolver_receive);
	if (!resolver->dead)
		listen_at(m, &resolver_tcp, &resolver->ip, false);
}

static void
open_blockpage(struct main_world *m)
{
	struct world_ip ip;

	world_ip_parse(&ip, WORLD_BLOCKPAGE);
	listen_at(m, &site_http, &ip, false);
	if (!m->server.world->blockpage_refuses)
		listen_at(m, &site_https, &ip, false);
}

static void
open_handed_over(struct main_world *m)
{
	static const char *const anywhere[] = {"0.0.0.0", "::"};
	struct world_ip ip;
	size_t i, k;

	for (i = 0; i < 2; i++) {
		world_ip_parse(&ip, anywhere[i]);
		for (k = 0; k < HANDED_OVER; k++)
			listen_at(m, &handed_over[k], &ip, false);
		receive_at(m, &ip, HIJACKED_DNS, resolver_receive_hijacked);
	}
}

static void
open_all(struct main_world *m)
{
	const struct world *world = m->server.world;
	size_t i;

	for (i = 0; i < world->nsites; i++)
		open_site(m, &world->sites[i]);
	for (i = 0; i < world->nresolvers; i++)
		open_resolver(m, &world->resolvers[i]);
	open_blockpage(m);
	open_handed_over(m);
}

static void
close_all(struct main_world *m)
{
	struct listening *l;
	struct udp_listening *u;

	for (l = m->listening; l != NULL; l = l->next)
		evconnlistener_free(l->listener);
	for (u = m->udp; u != NULL; u = u->next)
		udp_stop(&u->port);
}

/* ---- The program ---------------------------------------------------------------------------- */

static void
on_signal(evutil_socket_t signal, short what, void *arg)
{
	(void)signal;
	(void)what;
	event_base_loopbreak(arg);
}

static void
seed_chance(void)
{
	long seed = 0;

	if (RAND_bytes((unsigned char *)&seed, sizeof(seed)) == 1)
		srand48(seed);
}

/* Two hundred listeners, and the connections of a busy probe. */
static void
raise_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
}

static int
run(struct world *world, struct certs *certs)
{
	struct main_world m = {.arena = world->arena, .server = {.world = world, .certs = certs}};
	struct event *end[2];
	int i;

	m.server.base = event_base_new();
	if (m.server.base == NULL)
		log_fatalx("no event loop");
	m.server.hello = tls_hello_context();
	end[0] = evsignal_new(m.server.base, SIGTERM, on_signal, m.server.base);
	end[1] = evsignal_new(m.server.base, SIGINT, on_signal, m.server.base);
	for (i = 0; i < 2; i++)
		event_add(end[i], NULL);
	open_all(&m);
	if (!m.failed) {
		puts("ready");
		fflush(stdout);
		event_base_dispatch(m.server.base);
	}
	close_all(&m);
	for (i = 0; i < 2; i++)
		event_free(end[i]);
	SSL_CTX_free(m.server.hello);
	event_base_free(m.server.base);
	return m.failed ? 69 : 0;
}

static int
usage(void)
{
	fprintf(stderr, "usage: netvane-lab world SCENARIO.ini --certs DIR [--clean]\n");
	return 64;
}

int
lab_world_main(int argc, char **argv)
{
	static const struct option options[] = {
	    {"certs", required_argument, NULL, 'c'},
	    {"clean", no_argument, NULL, 'l'},
	    {NULL, 0, NULL, 0},
	};
	const char *directory = NULL;
	struct certs *certs;
	struct world *world;
	bool clean = false;
	int option, rc = 65;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case 'c':
			directory = optarg;
			break;
		case 'l':
			clean = true;
			break;
		default:
			return usage();
		}
	}
	if (directory == NULL || optind + 1 != argc)
		return usage();
	(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
	signal(SIGPIPE, SIG_IGN);
	seed_chance();
	raise_descriptors();
	certs = certs_open(directory);
	if (certs == NULL)
		return 66;
	world = world_new(clean);
	if (world_read(world, argv[optind]) == 0)
		rc = run(world, certs);
	world_free(world);
	certs_close(certs);
	return rc;
}
