/*
 * The world of the lab: what answers where. Sites, their addresses and certificates, resolvers, and
 * the forger on the path; the default world, and what a scenario's [world] section changes in it.
 *
 * Servers look things up here and change nothing. Everything lives in the world's arena.
 */
#ifndef TESTS_LAB_WORLD_H
#define TESTS_LAB_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/lab/world_ip.h"

#define WORLD_BLOCKPAGE "203.0.113.99" /* the ISP's */

struct arena;
struct cert_kind;
struct http_kind;

/* Who asks for a name: a CDN may give each of them addresses of its own. A set of bits. */
enum world_view { VIEW_ISP = 1, VIEW_PUBLIC = 2, VIEW_DOH = 4, VIEW_ALL = 7 };

/* What a server does with a ClientHello whose name is not its own. */
enum world_stranger { STRANGER_DEFAULT, STRANGER_ALERT, STRANGER_CLOSE, STRANGER_RESET, STRANGER_SILENCE };

/* ... and with whom it does so: with its own name where the machine behind a proxy is dead. */
enum world_who { WHO_STRANGERS, WHO_ALL, WHO_OWN };

/* What a server does with a Host that is not its own. */
enum world_host { HOST_PAGE, HOST_404, HOST_301 };

enum world_down {
	DOWN_NO,
	DOWN_REFUSE, /* nobody listens */
	DOWN_SILENT, /* packets to it vanish */
	DOWN_NONAME  /* it answers, but no resolver knows the name */
};

struct site_address {
	struct world_ip ip;
	unsigned views;
	bool dead; /* nobody listens there */
	bool deaf; /* packets to it vanish */
	const struct cert_kind *cert; /* of this machine; NULL: the site's */
};

struct site {
	const char *name; /* and www. before it, as a CNAME */
	const char *title;
	struct site_address *addresses;
	size_t naddresses;
	int authority; /* which of the public authorities signs for it; see world_certs.h */
	const struct cert_kind *cert;
	const struct http_kind *http;
	size_t page_size;
	enum world_stranger stranger;
	enum world_who stranger_who;
	enum world_host host;
	enum world_down down;
	double flaky;  /* share of the connections that are reset after the ClientHello */
	int slow_kbit; /* 0: as fast as it goes */
	int late_ms;   /* before the first byte of a response */
	bool tls12;    /* and nothing newer */
	bool no_port80, resets_port80;
	bool plain;    /* http:// only */
	bool quic;
	bool doh; /* /dns-query answers, as the resolver of that name */
};

enum lie_kind {
	LIE_NXDOMAIN,
	LIE_REFUSED,
	LIE_SERVFAIL,
	LIE_SILENCE,
	LIE_EMPTY,
	LIE_ADDRESS,
	LIE_LOOP,   /* a compression pointer to itself */
	LIE_GARBAGE /* an answer section that ends too early */
};

enum { WILDCARDS_MAX = 4 };

struct lie {
	const char *name;
	enum lie_kind kind;
	struct world_ip ip; /* LIE_ADDRESS */
};

struct resolver {
	const char *name; /* "isp", "public1", "doh1.lab" */
	struct world_ip ip;
	enum world_view view;
	bool dead; /* nothing comes back */
	int slow_ms;
	bool wildcard; /* names that do not exist have these addresses: */
	struct world_ip wildcard_ips[WILDCARDS_MAX];
	size_t nwildcard_ips;
	enum lie_kind aaaa; /* what it says to AAAA */
	bool lies_about_aaaa, no_edns;
	struct lie *lies;
	size_t nlies;
};

/* What the interceptor on port 10443 does. */
struct forge {
	char **names; /* "*" is every name */
	size_t nnames;
	char **except; /* of them */
	size_t nexcept;
	const char *style; /* of world_certs.h */
	double probability;
};

struct world {
	struct arena *arena;
	bool clean;
	struct site *sites;
	size_t nsites;
	struct resolver *resolvers;
	size_t nresolvers;
	struct forge *forges;
	size_t nforges;
	bool blockpage_refuses; /* on 443 */
};

/* The default world. clean: world_set ignores every fault, so that it is the world as usual. */
struct world *world_new(bool clean);
/* NULL is fine. */
void world_free(struct world *world);
/*
 * One line of [world]: key is "site", "resolver", "public", "doh", "forge" or "blockpage". Returns
 * NULL, or what is wrong with it, in the arena. Pure.
 */
const char *world_set(struct world *world, const char *key, const char *value);
/* Reads the [world] section of a scenario; 0, or -1 after logging every bad line. */
int world_read(struct world *world, const char *path);

/* Which resolvers tell of an address that is written "isp:IP", "public:IP", "doh:IP" or "IP"; moves on to the IP. */
unsigned world_views(char **text);

/* By the name, or www. and the name, in any case. NULL: there is none. */
struct site *world_site_named(const struct world *world, const char *name);
/* The one of the sites at this address that has this name; NULL. name may be NULL. */
const struct site *world_site_at(
    const struct world *world, const struct world_ip *ip, const char *name);
/* Whose certificate and page somebody gets who names no site at this address; NULL: nobody's. */
const struct site *world_default_at(const struct world *world, const struct world_ip *ip);
bool world_is_blockpage(const struct world_ip *ip);
const struct resolver *world_resolver_at(const struct world *world, const struct world_ip *ip);
const struct resolver *world_resolver_named(const struct world *world, const char *name);
/* The forging that applies to connections for this name ("" none given); NULL: let through. */
const struct forge *world_forge_for(const struct world *world, const char *name);

/* Roles of the lab's program. */
int lab_world_main(int argc, char **argv);
int lab_certs_main(int argc, char **argv);

#endif
