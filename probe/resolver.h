/* The resolvers to measure with: the system's, the configured second ones, and those over HTTPS. */
#ifndef PROBE_RESOLVER_H
#define PROBE_RESOLVER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#include "probe/pinned_url.h"
#include "results/measurement.h"

struct conf;

struct resolver {
	enum resolver_role role;
	char *address; /* "192.0.2.1:53", "[2001:db8::1]:53", or the DoH URL without its #part */
	struct sockaddr_storage sa; /* UDP resolvers */
	socklen_t salen;
	/* DoH: the same URL with the addresses to pin its host to. None: its name is to be looked up first
	 * (pinned_url_unknown_host) and put here. UDP: empty. */
	struct pinned_url server;
	/* Set by the round. */
	struct resolver_health health;
	bool skip; /* dead this round: not asked about targets */
};

/*
 * Reads conf->resolv_conf through c-ares (every nameserver, in order, with port and scope),
 * then conf->resolvers and conf->doh; duplicates of one address are dropped. A bad entry is logged and left out;
 * a missing or broken resolv.conf is logged, and no system resolver comes of it
 * (c-ares would then assume 127.0.0.1, which nobody configured). Returns an array of *n to resolvers_free.
 */
struct resolver *resolvers_load(const struct conf *conf, size_t *n);
void resolvers_free(struct resolver *resolvers, size_t n);
/* "192.0.2.1", "192.0.2.1:5353", "2001:db8::1", "[2001:db8::1]:5353". Returns 0 or -1. Pure. */
int resolver_parse(const char *text, struct sockaddr_storage *sa, socklen_t *salen);
/* "https://dns.example/dns-query", also with "#192.0.2.1,2001:db8::1". Pure. */
bool resolver_doh_valid(const char *text);
/* The canonical "ip:port" of a socket address. Pure. */
char *resolver_text(const struct sockaddr_storage *sa);

#endif
