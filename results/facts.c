/* From observations to facts. */
#include "results/facts.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <openssl/x509_vfy.h>

#include "base/mem.h"
#include "results/measurement.h"
#include "results/site.h"
#include "results/flow.h"
#include "results/trials.h"

struct prefix {
	uint8_t bytes[16];
	int family, bits;
};

/* RFC 6890 and its registries; see address_is_bogon for what is left out. */
static const struct prefix bogons[] = {
    {{0}, AF_INET, 8},
    {{10}, AF_INET, 8},
    {{100, 64}, AF_INET, 10},
    {{127}, AF_INET, 8},
    {{169, 254}, AF_INET, 16},
    {{172, 16}, AF_INET, 12},
    {{192, 168}, AF_INET, 16},
    {{224}, AF_INET, 3},
    {{0}, AF_INET6, 127}, /* :: and ::1 */
    {{0xfc}, AF_INET6, 7},
    {{0xfe, 0x80}, AF_INET6, 10},
    {{0xff}, AF_INET6, 8},
};

static bool
prefix_has(const struct prefix *prefix, const uint8_t *address)
{
	int whole = prefix->bits / 8, rest = prefix->bits % 8;
	unsigned mask = rest > 0 ? 0xffu << (8 - rest) & 0xffu : 0;

	return memcmp(prefix->bytes, address, (size_t)whole) == 0 &&
	    (rest == 0 || (prefix->bytes[whole] & mask) == (address[whole] & mask));
}

bool
address_is_bogon(const char *ip)
{
	uint8_t address[16];
	int family = strchr(ip, ':') != NULL ? AF_INET6 : AF_INET;
	size_t i;

	if (inet_pton(family, ip, address) != 1)
		return false;
	if (family == AF_INET6 && IN6_IS_ADDR_V4MAPPED((struct in6_addr *)(void *)address)) {
		memmove(address, address + 12, 4);
		family = AF_INET;
	}
	for (i = 0; i < sizeof(bogons) / sizeof(bogons[0]); i++)
		if (bogons[i].family == family && prefix_has(&bogons[i], address))
			return true;
	return false;
}

/* Observations of redirects are tagged "depth=1" and deeper. */
int
facts_depth(const struct common *c)
{
	size_t i;

	for (i = 0; i < c->ntags; i++)
		if (strncmp(c->tags[i], "depth=", 6) == 0)
			return atoi(c->tags[i] + 6);
	return 0;
}

static bool
interrupted(const char *failure)
{
	return failure_find(failure) == FAILURE_INTERRUPTED;
}

/* A site under the country's own top-level domain is taken to be inside the country. */
bool
facts_domestic(const struct measurement *m)
{
	size_t len;
	const char *host = url_host(m->input, &len);

	return m->probe_cc != NULL && strlen(m->probe_cc) == 2 && len > 3 && host[len - 3] == '.' &&
	    strncasecmp(host + len - 2, m->probe_cc, 2) == 0;
}

bool
facts_untrusted(const struct tls_handshake *tls)
{
	size_t i;

	for (i = 0; i < tls->nverify_errors; i++)
		switch (tls->verify_errors[i].code) {
		case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
		case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
		case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
		case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
		case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
			return true;
		default:
			break;
		}
	return failure_find(tls->failure) == FAILURE_SSL_UNKNOWN_AUTHORITY;
}

const char *
facts_host(const struct measurement *m)
{
	size_t len;
	const char *host = m->input != NULL ? url_host(m->input, &len) : NULL;

	return host != NULL && len > 0 ? arena_strndup(m->arena, host, len) : NULL;
}

static void
gather_target(const struct measurement *m, struct facts *f)
{
	size_t len;
	const char *host = url_host(m->input, &len);
	struct in6_addr ip;
	char text[64];

	f->https = strncmp(m->input, "https:", 6) == 0;
	if (len < sizeof(text)) {
		memcpy(text, host, len);
		text[len] = '\0';
		f->host_is_ip =
		    inet_pton(AF_INET, text, &ip) == 1 || inet_pton(AF_INET6, text, &ip) == 1;
	}
	f->domestic = facts_domestic(m);
}

static void
gather_context(const struct measurement *m, struct facts *f)
{
	const struct context *c = &m->context;
	size_t i;

	f->network_works = c->network == NETWORK_ONLINE || c->network == NETWORK_DEGRADED ||
	    (c->network == NETWORK_FOREIGN_CUT && f->domestic);
	f->controls_ok = c->foreign_ok > 0 || c->domestic_ok > 0 || c->others_ok > 0;
	f->ipv6_ok = c->ipv6 == IPV6_OK;
	f->local_interception = c->local_interception;
	f->same_issuer = c->same_issuer;
	f->same_issuer_abroad = c->same_issuer_abroad;
	f->same_page = c->same_page;
	f->same_address = c->same_address;
	for (i = 0; i < c->nresolvers; i++)
		if (c->resolvers[i].role == RESOLVER_SYSTEM && c->resolvers[i].answered > 0)
			f->system_healthy = true;
}

static struct dns_facts *
dns_facts_of(struct facts *f, enum resolver_role role)
{
	return role == RESOLVER_SYSTEM ? &f->system
	    : role == RESOLVER_SECOND  ? &f->second
				       : &f->doh;
}

/* Only A counts for failures: a site without IPv6 answers nothing to AAAA. */
static void
gather_query(const struct query *q, struct dns_facts *d)
{
	enum failure failure = failure_find(q->failure);

	if (interrupted(q->failure))
		return;
	d->asked++;
	if (strcmp(q->query_type, "AAAA") == 0)
		return;
	d->attempts++;
	d->same_failure = failure != FAILURE_NONE && failure == d->failure ? d->same_failure + 1
	    : failure != FAILURE_NONE					   ? 1
									   : 0;
	d->failure = failure;
}

static struct address_facts *
address_get(const struct measurement *m, struct facts *f, const char *ip)
{
	struct address_facts *a;
	size_t i;

	for (i = 0; i < f->naddresses; i++)
		if (strcmp(f->addresses[i].ip, ip) == 0)
			return &f->addresses[i];
	a = ARENA_PUSH(m->arena, f->addresses, f->naddresses);
	a->ip = ip;
	a->v6 = strchr(ip, ':') != NULL;
	return a;
}

bool
facts_share_an_address(const struct query *a, const struct query *b)
{
	size_t i, k;

	for (i = 0; i < a->nanswers; i++)
		for (k = 0; k < b->nanswers; k++)
			if (a->answers[i].address != NULL && b->answers[k].address != NULL &&
			    strcmp(a->answers[i].address, b->answers[k].address) == 0)
				return true;
	return false;
}

bool
facts_contradict(const struct query *first, const struct query *later)
{
	/* Lines double packets, and then a denial comes twice; what came after our own time was up is no second answer. */
	return (first->failure == NULL || first->rcode >= 0) && (first->failure != NULL) + (later->failure != NULL) < 2 &&
	    !facts_share_an_address(first, later);
}

/* Whether a later answer to the same query says something else: the mark of an injector. */
static bool
contradicted(const struct measurement *m, const struct query *q)
{
	size_t i;

	for (i = 0; i < m->nduplicates; i++)
		if (m->duplicates[i].c.transaction_id == q->c.transaction_id &&
		    facts_contradict(q, &m->duplicates[i]))
			return true;
	return false;
}

static void
gather_answers(const struct measurement *m, const struct query *q, struct facts *f)
{
	struct address_facts *a;
	size_t i;

	for (i = 0; i < q->nanswers; i++) {
		if (q->answers[i].address == NULL)
			continue;
		a = address_get(m, f, q->answers[i].address);
		a->from_system = a->from_system || q->role == RESOLVER_SYSTEM;
		a->from_second = a->from_second || q->role == RESOLVER_SECOND;
		a->from_doh = a->from_doh || q->role == RESOLVER_DOH;
	}
}

/* "192.168.1.1:53", "[fd00::1]:53". */
static bool
resolver_is_local(const char *address)
{
	char ip[64];
	size_t len = strcspn(address, address[0] == '[' ? "]" : ":");
	size_t start = address[0] == '[';

	if (len - start >= sizeof(ip))
		return false;
	memcpy(ip, address + start, len - start);
	ip[len - start] = '\0';
	ip[strcspn(ip, "%")] = '\0';
	return address_is_bogon(ip);
}

/*
 * Whether an address can lead anywhere. On a line without IPv6 nobody is led by an AAAA: a liar who forges only the A has lied.
 * Where no one named an IPv4 address, those of IPv6 are all there is.
 */
static bool
counts(const struct facts *f, const struct address_facts *a)
{
	size_t i;

	for (i = 0; a->v6 && !f->ipv6_ok && i < f->naddresses; i++)
		if (!f->addresses[i].v6)
			return false;
	return true;
}

static void
gather_who_answered(struct facts *f)
{
	size_t i;

	f->system.answered = f->second.answered = f->doh.answered = false;
	for (i = 0; i < f->naddresses; i++) {
		const struct address_facts *a = &f->addresses[i];

		if (!counts(f, a))
			continue;
		f->system.answered = f->system.answered || a->from_system;
		f->second.answered = f->second.answered || a->from_second;
		f->doh.answered = f->doh.answered || a->from_doh;
	}
}

/* What the system's resolver and the others have in common. */
static void
compare_addresses(struct facts *f)
{
	size_t system = 0, trusted = 0, i;

	f->system_bogon = f->trusted_bogon = true;
	for (i = 0; i < f->naddresses; i++) {
		const struct address_facts *a = &f->addresses[i];

		if (!counts(f, a))
			continue;
		system += a->from_system;
		trusted += a->from_trusted;
		f->same_addresses = f->same_addresses || (a->from_system && a->from_trusted);
		if (a->from_system && !address_is_bogon(a->ip))
			f->system_bogon = false;
		if (a->from_trusted && !address_is_bogon(a->ip))
			f->trusted_bogon = false;
	}
	f->system_bogon = f->system_bogon && system > 0;
	f->trusted_bogon = f->trusted_bogon && trusted > 0;
}

static void
gather_dns(const struct measurement *m, struct facts *f)
{
	const struct query *q;
	struct dns_trials trials;
	bool doh_spoke;
	size_t i;

	for (i = 0; i < m->nqueries; i++) {
		q = &m->queries[i];
		if (facts_depth(&q->c) > 0 || q->query_type == NULL)
			continue;
		gather_query(q, dns_facts_of(f, q->role));
		if (q->role == RESOLVER_SYSTEM && q->resolver_address != NULL &&
		    resolver_is_local(q->resolver_address))
			f->local_resolver = true;
		gather_answers(m, q, f);
		if (q->role != RESOLVER_DOH && contradicted(m, q))
			*(q->role == RESOLVER_SYSTEM ? &f->two_answers : &f->second_forged) = true;
	}
	gather_who_answered(f);
	trials_dns(m, &trials);
	f->second_forged = f->second_forged || trials.nowhere_answered > 0 ||
	    trials.nowhere_control_answered > 0;
	doh_spoke = f->doh.answered || f->doh.failure == FAILURE_DNS_NXDOMAIN ||
	    f->doh.failure == FAILURE_DNS_NO_ANSWER;
	f->trusted_answered =
	    doh_spoke ? f->doh.answered : f->second.answered && !f->second_forged;
	for (i = 0; i < f->naddresses; i++) {
		struct address_facts *a = &f->addresses[i];

		a->from_trusted = doh_spoke ? a->from_doh : a->from_second && !f->second_forged;
	}
	compare_addresses(f);
}

static void
address_attempt(struct address_facts *a, const char *failure)
{
	bool same = a->attempts == 0 ||
	    (a->steady && failure_find(a->failure) == failure_find(failure));

	a->attempts++;
	a->steady = failure != NULL && same;
	a->failure = failure;
}

/* The connection's handshake: they share the transaction id. */
static const struct tls_handshake *
handshake_of(const struct measurement *m, const struct tcp_connect *tcp)
{
	size_t i;

	for (i = 0; i < m->ntls; i++)
		if (m->tls[i].c.transaction_id == tcp->c.transaction_id)
			return &m->tls[i];
	return NULL;
}

static void
gather_connections(const struct measurement *m, struct facts *f)
{
	const struct tcp_connect *tcp;
	const struct tls_handshake *tls;
	struct address_facts *a;
	const char *failure;
	size_t i;

	for (i = 0; i < m->ntcp; i++) {
		tcp = &m->tcp[i];
		if (facts_depth(&tcp->c) > 0 || tcp->ip == NULL)
			continue;
		a = address_get(m, f, tcp->ip);
		tls = tcp->failure == NULL && f->https ? handshake_of(m, tcp) : NULL;
		failure = tls != NULL ? tls->failure : tcp->failure;
		f->interrupted = f->interrupted || interrupted(failure);
		if (interrupted(failure))
			continue;
		address_attempt(a, failure);
		a->connected = a->connected || tcp->failure == NULL;
		f->connected = f->connected || a->connected;
		if (tls != NULL) {
			a->tls = tls;
			a->valid = a->valid || tls->failure == NULL;
			a->bad_handshakes += tls->failure != NULL;
		}
	}
}

/* How much an address's failure says: one that the system gave, over IPv4, that got furthest. */
static int
weight(const struct address_facts *a)
{
	return (a->from_system ? 8 : 0) + (a->v6 ? 0 : 4) + (a->tls != NULL ? 2 : 0) +
	    (a->connected ? 1 : 0);
}

/* The same provider's, as far as a prefix can tell: machines of one CDN often stand side by side. */
static bool
near(const char *a, const char *b)
{
	uint8_t x[16], y[16];
	int family = strchr(a, ':') != NULL ? AF_INET6 : AF_INET;

	return inet_pton(family, a, x) == 1 && inet_pton(family, b, y) == 1 &&
	    memcmp(x, y, family == AF_INET6 ? 4 : 2) == 0;
}

static void
gather_near(struct facts *f)
{
	size_t i;

	for (i = 0; f->worst != NULL && i < f->naddresses; i++)
		if (f->addresses[i].valid && near(f->addresses[i].ip, f->worst->ip))
			f->near_addresses = true;
}

static void
gather_addresses(struct facts *f)
{
	const struct address_facts *a;
	size_t i;

	for (i = 0; i < f->naddresses; i++) {
		a = &f->addresses[i];
		if (a->valid && (a->from_system || f->host_is_ip))
			f->valid_system = true;
		/* Whoever named it: a certificate that verifies is proof enough of where the site is. */
		if (a->valid && (a->from_second || a->from_doh))
			f->valid_trusted = true;
		if (a->attempts > 0 && a->failure != NULL &&
		    (f->worst == NULL || weight(a) > weight(f->worst)))
			f->worst = a;
	}
	gather_near(f);
}

/* A page that came over TLS came over TLS that verified: check_http accepts no other. */
static bool
page_is_secure(const struct http_request *r)
{
	return r->failure == NULL && strncmp(r->url, "https:", 6) == 0;
}

/* The last one; but a retry that we cut short ourselves says less than the failure that it was to settle. */
static const struct http_request *
last_request(const struct measurement *m)
{
	const struct http_request *last = &m->requests[m->nrequests - 1], *before;

	if (!interrupted(last->failure) || m->nrequests < 2)
		return last;
	before = last - 1;
	return before->failure != NULL && facts_depth(&before->c) == facts_depth(&last->c) ? before : last;
}

/* For an http:// target that leads to its own https://: that page is as good a proof of where the site is as a handshake's. */
static void
gather_proof(const struct measurement *m, const struct http_request *r, struct facts *f)
{
	size_t n, len, i;
	const char *host = url_host(r->url, &len), *own = url_host(m->input, &n);

	if (f->https || !f->page_secure || r->address == NULL || len != n || strncasecmp(host, own, n) != 0)
		return;
	for (i = 0; i < f->naddresses; i++) {
		struct address_facts *a = &f->addresses[i];

		len = strlen(a->ip);
		if (strncmp(r->address + (r->address[0] == '['), a->ip, len) != 0 ||
		    strchr(":]", r->address[len + (r->address[0] == '[')]) == NULL)
			continue;
		a->valid = true;
		f->valid_system = f->valid_system || a->from_system;
		f->valid_trusted = f->valid_trusted || a->from_second || a->from_doh;
	}
}

static void
gather_page(const struct measurement *m, struct facts *f)
{
	const struct http_request *last, *r;
	double rate;
	size_t i;

	f->page_rate = NAN;
	if (m->nrequests == 0)
		return;
	last = last_request(m);
	if (last->url == NULL)
		return;
	f->page_asked = true;
	f->page_failure = last->failure;
	f->page_code = last->code;
	f->page_coming = flow_still_coming(last);
	f->page_depth = facts_depth(&last->c);
	f->page_secure = page_is_secure(last);
	f->page_tls = f->https && strncmp(last->url, "https:", 6) == 0 && f->page_depth == 0;
	f->page_same_site = same_site(m->input, last->url);
	gather_proof(m, last, f);
	f->interrupted = f->interrupted || interrupted(last->failure);
	for (i = 0; i < m->nrequests; i++) {
		r = &m->requests[i];
		if (facts_depth(&r->c) == f->page_depth && !interrupted(r->failure)) {
			f->page_attempts++;
			f->page_failures += r->failure != NULL;
		}
		rate = flow_rate(r);
		if (!isnan(rate) && (isnan(f->page_rate) || rate > f->page_rate))
			f->page_rate = rate;
	}
}

/* Whether it is the site itself to which it leads: example.org to its own https://, or to www.example.org. */
static bool
leads_home(const struct measurement *m, const struct tls_handshake *tls)
{
	return tls->server_name != NULL && tls->address != NULL &&
	    same_site(m->input, arena_printf(m->arena, "https://%s/", tls->server_name));
}

static const struct tls_handshake *
failing_hop(const struct measurement *m, int depth)
{
	const struct tls_handshake *hop = NULL;
	size_t i;

	for (i = 0; i < m->ntls; i++) {
		if (facts_depth(&m->tls[i].c) != depth || interrupted(m->tls[i].failure))
			continue;
		if (m->tls[i].failure == NULL || m->tls[i].leaf_sha256 != NULL || m->tls[i].ncertificates > 0 ||
		    !leads_home(m, &m->tls[i]))
			return NULL;
		hop = &m->tls[i];
	}
	return hop;
}

/* A redirect whose next hop was not reached: the page asked for last is not the last one wanted. */
static void
gather_unfinished_redirect(const struct measurement *m, struct facts *f)
{
	const char *failure = NULL;
	bool tried = false;
	size_t i;

	for (i = 0; i < m->nqueries; i++)
		if (facts_depth(&m->queries[i].c) > f->page_depth) {
			tried = true;
			if (m->queries[i].failure != NULL)
				failure = m->queries[i].failure;
		}
	for (i = 0; i < m->ntcp; i++)
		if (facts_depth(&m->tcp[i].c) > f->page_depth) {
			tried = true;
			failure = m->tcp[i].failure;
		}
	for (i = 0; i < m->ntls; i++)
		if (facts_depth(&m->tls[i].c) > f->page_depth)
			failure = m->tls[i].failure;
	if (!f->page_asked || !tried || failure == NULL)
		return;
	f->page_failure = failure;
	f->page_coming = false;
	f->page_depth++;
	f->page_secure = false;
	f->hop = failing_hop(m, f->page_depth);
	f->interrupted = f->interrupted || interrupted(failure);
}

static size_t
observations(const struct measurement *m)
{
	return m == NULL ? 0 : m->nqueries + m->nduplicates + m->ntcp + m->ntls + m->nrequests + m->nquic;
}

void
facts_gather(const struct measurement *m, struct facts *f)
{
	*f = (struct facts){.page_rate = NAN};
	f->too_many = observations(m) + observations(m->confirm) > FACTS_OBSERVATIONS_MOST;
	if (m->input == NULL || f->too_many)
		return;
	gather_target(m, f);
	gather_context(m, f);
	gather_dns(m, f);
	gather_connections(m, f);
	gather_addresses(f);
	gather_page(m, f);
	gather_unfinished_redirect(m, f);
}

int64_t
facts_asn_in_answers(const struct measurement *m, const char *ip)
{
	const struct answer *a;
	size_t i, k;

	for (i = 0; i < m->nqueries; i++)
		for (k = 0; k < m->queries[i].nanswers; k++) {
			a = &m->queries[i].answers[k];
			if (a->asn != 0 && a->address != NULL && strcasecmp(a->address, ip) == 0)
				return a->asn;
		}
	return 0;
}
