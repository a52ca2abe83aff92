/* The state of the network. */
#include "probe/network.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <openssl/evp.h>

#include "probe/gateway.h"
#include "results/facts.h"
#include "results/failure.h"

/* --- the kernel ------------------------------------------------------------------------------ */

static int
look_for_link(void)
{
	struct ifaddrs *all, *i;
	int found = 0;

	if (getifaddrs(&all) != 0)
		return -1;
	for (i = all; i != NULL && !found; i = i->ifa_next)
		found = i->ifa_addr != NULL && (i->ifa_flags & IFF_RUNNING) != 0 &&
		    (i->ifa_flags & IFF_LOOPBACK) == 0 &&
		    (i->ifa_addr->sa_family == AF_INET || i->ifa_addr->sa_family == AF_INET6);
	freeifaddrs(all);
	return found;
}

/* Connecting a UDP socket asks the kernel for a route and sends nothing. */
static bool
has_ipv6_route(void)
{
	struct sockaddr_in6 somewhere = {.sin6_family = AF_INET6, .sin6_port = htons(53)};
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool has;

	if (fd < 0)
		return false;
	inet_pton(AF_INET6, "2001:4860:4860::8888", &somewhere.sin6_addr);
	has = connect(fd, (const struct sockaddr *)&somewhere, sizeof(somewhere)) == 0;
	close(fd);
	return has;
}

void
network_look(struct network_link *out, double age)
{
	out->ipv6_route = has_ipv6_route();
	out->link = look_for_link();
	out->gateway_ip[0] = '\0';
	out->gateway = gateway_find(out->gateway_ip) ? gateway_heard(out->gateway_ip, age) : -1;
}

/* --- controls -------------------------------------------------------------------------------- */

static const char *const kind_names[CONTROL_KIND_MAX] = {"foreign", "domestic", "portal"};

const char *
control_kind_name(enum control_kind kind)
{
	return kind_names[kind];
}

static void
sha256_hex(const char *text, size_t len, char out[65])
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned n = 0, i;

	EVP_Digest(text, len, digest, &n, EVP_sha256(), NULL);
	for (i = 0; i < 32; i++)
		snprintf(out + 2 * i, 3, "%02x", digest[i]);
}

static int
parse_portal(const char *rest, struct control_want *want)
{
	char with_newline[256], *end;
	long status;
	size_t len;

	rest += strspn(rest, " ");
	if (strncmp(rest, "status=", 7) == 0) {
		status = strtol(rest + 7, &end, 10);
		if (*end != '\0' || status < 100 || status > 599)
			return -1;
		want->status = (int)status;
		return 0;
	}
	len = strlen(rest);
	if (strncmp(rest, "body=", 5) != 0 || len == 5 || len >= sizeof(with_newline))
		return -1;
	sha256_hex(rest + 5, len - 5, want->body_sha256);
	snprintf(with_newline, sizeof(with_newline), "%s\n", rest + 5);
	sha256_hex(with_newline, len - 4, want->body_sha256_newline);
	return 0;
}

int
control_parse(const char *notes, struct control_want *want)
{
	*want = (struct control_want){.kind = CONTROL_FOREIGN};
	if (strcmp(notes, "foreign") == 0)
		return 0;
	if (strncmp(notes, "portal ", 7) == 0) {
		want->kind = CONTROL_PORTAL;
		return parse_portal(notes + 7, want);
	}
	if (strncmp(notes, "domestic", 8) != 0)
		return -1;
	want->kind = CONTROL_DOMESTIC;
	if (notes[8] == '\0')
		return 0;
	if (notes[8] != ':' || strlen(notes) != 11)
		return -1;
	memcpy(want->country, notes + 9, 3);
	return 0;
}

static bool
portal_right(const struct http_request *r, const struct control_want *want)
{
	if (want->status != 0)
		return r->code == want->status;
	return r->code == 200 && r->body_sha256 != NULL &&
	    (strcmp(r->body_sha256, want->body_sha256) == 0 ||
		strcmp(r->body_sha256, want->body_sha256_newline) == 0);
}

/* The first step that failed without a later one that went well. */
static const char *
first_failure(const struct measurement *m)
{
	if (m->nrequests > 0 && m->requests[m->nrequests - 1].failure != NULL)
		return m->requests[m->nrequests - 1].failure;
	if (m->ntls > 0 && m->tls[m->ntls - 1].failure != NULL)
		return m->tls[m->ntls - 1].failure;
	if (m->ntcp > 0 && m->tcp[m->ntcp - 1].failure != NULL)
		return m->tcp[m->ntcp - 1].failure;
	if (m->nqueries > 0)
		return m->queries[m->nqueries - 1].failure;
	return NULL;
}

void
control_judge(const struct measurement *m, const struct control_want *want,
    struct control_outcome *out)
{
	size_t i;

	*out = (struct control_outcome){.url = m->input};
	for (i = 0; i < m->nrequests; i++) {
		if (out->code == 0)
			out->code = m->requests[i].code;
		if (want->kind == CONTROL_PORTAL && portal_right(&m->requests[i], want))
			out->ok = true;
	}
	for (i = 0; i < m->ntls; i++) {
		if (m->tls[i].failure == NULL && want->kind != CONTROL_PORTAL)
			out->ok = true;
		if (facts_untrusted(&m->tls[i]))
			out->untrusted = true;
	}
	/* A control may be a plain http:// one in a laboratory: then any response will do. */
	if (want->kind != CONTROL_PORTAL && m->ntls == 0 && out->code > 0)
		out->ok = true;
	out->untrusted = out->untrusted && !out->ok;
	out->failure = out->ok ? NULL : first_failure(m);
}

/* --- judging --------------------------------------------------------------------------------- */

/* Our own address may stand without a port, or in brackets. */
static bool
is_loopback(const char *address)
{
	return strncmp(address, "127.", 4) == 0 || strncmp(address, "[::1]", 5) == 0 ||
	    strcmp(address, "::1") == 0;
}

static bool
asked_beyond(const struct measurement *m)
{
	size_t i;

	for (i = 0; i < m->nqueries; i++)
		if (m->queries[i].resolver_address != NULL &&
		    !is_loopback(m->queries[i].resolver_address))
			return true;
	for (i = 0; i < m->ntcp; i++)
		if (m->tcp[i].ip != NULL && !is_loopback(m->tcp[i].ip))
			return true;
	return false;
}

/* "192.0.2.1:53" is at the host 192.0.2.1. */
static bool
is_at(const char *address, const char *ip)
{
	size_t len = ip != NULL ? strlen(ip) : 0;

	return len > 0 && strncmp(address, ip, len) == 0 && address[len] == ':';
}

/* A home router answers by itself, if only to say that it cannot; from further away it takes a network. */
static bool
replied_beyond(const struct measurement *m, const char *gateway)
{
	const struct query *q;
	size_t i;

	for (i = 0; i < m->nqueries; i++) {
		q = &m->queries[i];
		if (q->rcode >= 0 && q->resolver_address != NULL &&
		    !is_loopback(q->resolver_address) && !is_at(q->resolver_address, gateway))
			return true;
	}
	return false;
}

static bool
gateway_replied(const struct measurement *m, const char *gateway)
{
	size_t i;

	for (i = 0; i < m->nqueries; i++)
		if (m->queries[i].rcode >= 0 && m->queries[i].resolver_address != NULL &&
		    is_at(m->queries[i].resolver_address, gateway))
			return true;
	return false;
}

void
network_tally_add(struct network_tally *tally, const struct control_outcome *outcome,
    const struct measurement *m)
{
	size_t i;
	int kind;

	for (kind = 0; kind < CONTROL_KIND_MAX; kind++) {
		if (strcmp(kind_names[kind], outcome->kind) != 0)
			continue;
		tally->asked[kind]++;
		tally->ok[kind] += outcome->ok;
	}
	tally->untrusted += outcome->untrusted;
	tally->asked_beyond += asked_beyond(m);
	tally->replied_beyond += replied_beyond(m, tally->gateway);
	tally->gateway_answers |= gateway_replied(m, tally->gateway);
	tally->wrong_page +=
	    strcmp(outcome->kind, "portal") == 0 && !outcome->ok && outcome->code > 0;
	for (i = 0; i < m->ntcp; i++) {
		if (m->tcp[i].ip == NULL || strchr(m->tcp[i].ip, ':') == NULL)
			continue;
		tally->v6_tried++;
		tally->v6_ok += m->tcp[i].failure == NULL;
		tally->v6_no_route += m->tcp[i].failure != NULL &&
		    (failure_find(m->tcp[i].failure) == FAILURE_NETWORK_UNREACHABLE ||
			failure_find(m->tcp[i].failure) == FAILURE_ADDRESS_NOT_AVAILABLE);
	}
}

bool
network_silent(const struct network_tally *t)
{
	int kind, ok = 0;

	for (kind = 0; kind < CONTROL_KIND_MAX; kind++)
		ok += t->ok[kind];
	return ok + t->untrusted + t->wrong_page + t->replied_beyond + t->others_ok == 0;
}

enum network_state
network_judge(const struct network_tally *t, const struct network_link *link)
{
	int foreign = t->ok[CONTROL_FOREIGN], domestic = t->ok[CONTROL_DOMESTIC];
	int asked = t->asked[CONTROL_FOREIGN] + t->asked[CONTROL_DOMESTIC];
	bool any = foreign + domestic + t->ok[CONTROL_PORTAL] + t->others_ok + t->untrusted > 0;

	if (t->wrong_page > 0 && t->ok[CONTROL_PORTAL] == 0 && foreign + domestic + t->others_ok == 0)
		return NETWORK_CAPTIVE_PORTAL;
	if (foreign > 0)
		return (foreign + domestic) * 2 >= asked ? NETWORK_ONLINE : NETWORK_DEGRADED;
	/*
	 * One foreign site that is down is no cut: it takes two at least. Nor is it where sites abroad were reached in this round: a censor
	 * may punish us at the very controls to which names were sent as a test.
	 */
	if (domestic > 0 && t->asked[CONTROL_FOREIGN] >= 2 && t->others_ok + t->others_earlier + t->untrusted == 0)
		return NETWORK_FOREIGN_CUT;
	if (any)
		return t->others_ok > 0 && asked == 0 ? NETWORK_ONLINE : NETWORK_DEGRADED;
	if (asked + t->asked[CONTROL_PORTAL] == 0 && link->link != 0)
		return NETWORK_UNKNOWN;
	/* DNS answers, nothing else does: a firewall, or a cut that spared the resolver. Not silence. */
	if (t->replied_beyond > 0 && link->link != 0)
		return NETWORK_DEGRADED;
	/*
	 * Silence is called a shutdown only where the gateway is known to answer, and something was
	 * asked beyond it: a name server on this machine that does not run is no shutdown.
	 */
	return link->link != 0 && link->gateway == 1 && t->asked_beyond > 0 ? NETWORK_SHUTDOWN
									     : NETWORK_OFFLINE;
}

enum ipv6_state
network_judge_ipv6(const struct network_tally *t, bool route)
{
	if (t->v6_ok > 0)
		return IPV6_OK;
	if (t->v6_tried == 0)
		return route ? IPV6_UNKNOWN : IPV6_ABSENT;
	return t->v6_no_route == t->v6_tried ? IPV6_ABSENT : IPV6_BROKEN;
}

bool
network_judge_interception(const struct network_tally *t)
{
	return t->untrusted >= 2 && t->ok[CONTROL_FOREIGN] + t->ok[CONTROL_DOMESTIC] == 0 &&
	    t->others_ok == 0;
}

/* From the one that explains nothing to the one that explains all. */
enum network_state
network_worse(enum network_state a, enum network_state b)
{
	static const int rank[NETWORK_STATE_MAX] = {
	    [NETWORK_UNKNOWN] = 0,
	    [NETWORK_ONLINE] = 1,
	    [NETWORK_DEGRADED] = 2,
	    [NETWORK_FOREIGN_CUT] = 3,
	    [NETWORK_CAPTIVE_PORTAL] = 4,
	    [NETWORK_SHUTDOWN] = 5,
	    [NETWORK_OFFLINE] = 6,
	};

	return rank[a] >= rank[b] ? a : b;
}
