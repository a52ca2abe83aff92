/* Which tests a target needs. */
#include "probe/choice.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "probe/conf.h"
#include "probe/trial.h"
#include "results/altsvc.h"
#include "results/baseline.h"
#include "results/findings.h"
#include "results/measurement.h"
#include "results/trials.h"
#include "results/vantage.h"
#include "targets/target.h"

/* One lane a place, so that no place has two connections at once; DNS has one of its own. */
enum {
	LANE_OWN,
	LANE_AWAY,
	LANE_AWAY_2,
	LANE_DNS,
	LANE_NOWHERE,
	LANE_NOWHERE_CONTROL,
	LANE_ADDRESS,
	LANE_BEFORE,
	LANE_QUIC
};

enum { PAIRS = 3, STEADY_PAIRS = 13, SILENT_PAIRS = 5, MIXED_PAIRS = 8, MIXED_AWAY = 5, NOWHERE_ASKED = 2, LONG_LISTEN_MS = 5000, HTTP_PORT = 80 };

/* Whether a page came slowly enough to look closer; only that, it proves nothing. */
static const double slow_share = 0.25, slow_floor = 65536;

/* --- trials ---------------------------------------------------------------------------------- */

static void
add_tls(struct choice *c, size_t lane, const char *why, const char *ip, int port, const char *name)
{
	const struct trial t = {.kind = TRIAL_TLS, .why = why, .ip = ip, .port = port, .name = name};

	lanes_add(c->lanes, lane, &t);
}

static void
add_tcp(struct choice *c, size_t lane, const char *why, const char *ip, int port)
{
	const struct trial t = {.kind = TRIAL_TCP, .why = why, .ip = ip, .port = port};

	lanes_add(c->lanes, lane, &t);
}

static void
add_dns(struct choice *c, size_t lane, const char *why, const struct resolver *resolver,
    const char *name, int listen_ms)
{
	const struct trial t = {.kind = TRIAL_DNS, .why = why, .resolver = resolver, .name = name,
	    .listen_ms = listen_ms};

	lanes_add(c->lanes, lane, &t);
}

static void
add_get(struct choice *c, size_t lane, const char *why, const char *ip, const char *host,
    const char *rest)
{
	const struct trial t = {.kind = TRIAL_HTTP, .why = why, .ip = ip,
	    .url = arena_printf(c->m->arena, "http://%s%s", host, rest)};

	lanes_add(c->lanes, lane, &t);
}

/* TLS for one name, the page of another. */
static void
add_flow(struct choice *c, size_t lane, const char *why, const char *ip, int port,
    const char *sni, const char *host, const char *path)
{
	const struct trial t = {.kind = TRIAL_FLOW, .why = why, .ip = ip, .name = host,
	    .url = arena_printf(c->m->arena, "https://%s:%d%s", sni, port, path)};

	lanes_add(c->lanes, lane, &t);
}

/* The URL behind its host: ":8080/path?query". */
static const char *
url_rest(const char *url)
{
	const char *host = strstr(url, "://");

	host = host == NULL ? url : host + 3;
	if (*host == '[')
		host += strcspn(host, "]");
	host += strcspn(host, ":/?#");
	return *host != '\0' ? host : "/";
}

static const char *
url_path(const char *url)
{
	const char *rest = url_rest(url);

	if (*rest == ':')
		rest += strcspn(rest, "/?#");
	return *rest == '/' ? rest : "/";
}

/* --- choosing -------------------------------------------------------------------------------- */

/* The address whose behaviour is in question: the one that fails, else the one that was reached. */
static const char *
own_address(const struct choice *c)
{
	const struct facts *f = &c->facts;
	size_t i;

	if (f->worst != NULL && f->worst->tls != NULL)
		return f->worst->ip;
	for (i = 0; i < f->naddresses; i++)
		if (f->addresses[i].connected && !f->addresses[i].v6)
			return f->addresses[i].ip;
	for (i = 0; i < f->naddresses; i++)
		if (f->addresses[i].connected)
			return f->addresses[i].ip;
	return f->worst != NULL ? f->worst->ip : NULL;
}

/* Where the target's own handshakes are in order, and those of its other name are not, that name is in question. */
static void
choose_name(struct choice *c)
{
	const struct facts *f = &c->facts;
	const char *address = f->hop != NULL ? f->hop->address : NULL;
	const char *colon = address != NULL ? strrchr(address, ':') : NULL;
	size_t v6 = address != NULL && address[0] == '[';

	c->name = c->plan.target->host;
	c->name_ip = c->own_ip;
	c->name_port = c->plan.target->port;
	if (colon == NULL)
		return;
	c->name = f->hop->server_name;
	c->name_ip = arena_strndup(c->m->arena, address + v6, (size_t)(colon - address) - 2 * v6);
	c->name_port = atoi(colon + 1);
}

static const struct resolver *
system_resolver(const struct choice *c)
{
	size_t i;

	for (i = 0; i < c->plan.nresolvers; i++)
		if (c->plan.resolvers[i].role == RESOLVER_SYSTEM && !c->plan.resolvers[i].skip)
			return &c->plan.resolvers[i];
	return NULL;
}

/* The names of others take turns with the target's at its own address. */
static void
choose_sni_own(struct choice *c, int pairs)
{
	const struct landmark *l;
	const char *control;
	int i;

	for (i = 0; i < pairs; i++) {
		l = i % 2 == 1 && c->away[1] != NULL ? c->away[1] : c->away[0];
		control = l != NULL ? l->name : c->canary;
		add_tls(c, LANE_OWN, "why=sni_control", c->name_ip, c->name_port, control);
		add_tls(c, LANE_OWN, "why=sni_target", c->name_ip, c->name_port, c->name);
	}
}

/* The target's name at addresses of others, whose own name goes before and after. */
static void
choose_sni_away(struct choice *c, int rounds)
{
	size_t i;
	int k;

	for (i = 0; i < 2 && c->away[i] != NULL; i++) {
		const struct landmark *l = c->away[i];
		size_t lane = LANE_AWAY + i;

		for (k = 0; k < rounds; k++) {
			add_tls(c, lane, "why=sni_own", l->ip, l->port, l->name);
			add_tls(c, lane, "why=sni_away", l->ip, l->port, c->name);
			if (k == 0)
				add_tls(c, lane, "why=sni_away_canary", l->ip, l->port, c->canary);
		}
		add_tls(c, lane, "why=sni_own", l->ip, l->port, l->name);
	}
}

static void
choose_tls(struct choice *c)
{
	choose_sni_own(c, PAIRS);
	add_tls(c, LANE_OWN, "why=sni_canary", c->name_ip, c->name_port, c->canary);
	add_tls(c, LANE_OWN, "why=sni_none", c->name_ip, c->name_port, c->name_ip);
	choose_sni_away(c, 1);
}

/* A connect to the target and one to a landmark, in turns: a line that loses packets loses both. */
static void
choose_tcp(struct choice *c)
{
	const struct landmark *l = c->away[0];
	int i;

	for (i = 0; l != NULL && i < PAIRS; i++) {
		add_tcp(c, LANE_OWN, "why=tcp_target", c->own_ip, c->plan.target->port);
		add_tcp(c, LANE_OWN, "why=tcp_own", l->ip, l->port);
	}
	if (c->plan.target->port != HTTP_PORT)
		add_tcp(c, LANE_OWN, "why=tcp_80", c->own_ip, HTTP_PORT);
}

/* Asks an address that runs no resolver: who answers is on the way. */
static void
choose_nowhere(struct choice *c)
{
	const struct landmark *l = c->away[0];
	char *text;
	int i;

	if (l == NULL)
		return;
	text = xasprintf("%s:53", l->ip);
	c->nowhere = (struct resolver){.role = RESOLVER_SECOND, .address = text};
	if (resolver_parse(text, &c->nowhere.sa, &c->nowhere.salen) != 0)
		return;
	for (i = 0; i < NOWHERE_ASKED; i++)
		add_dns(c, LANE_NOWHERE, "why=dns_nowhere", &c->nowhere, c->plan.target->host, 0);
	/* More often: that nobody answers these is what the others' answers are worth. */
	for (i = 0; i < NOWHERE_ASKED + 1; i++)
		add_dns(c, LANE_NOWHERE_CONTROL, "why=dns_nowhere_control", &c->nowhere, l->name, 0);
}

static void
choose_dns(struct choice *c)
{
	const struct resolver *system = system_resolver(c);
	int i;

	for (i = 0; system != NULL && i < PAIRS; i++) {
		add_dns(c, LANE_DNS, "why=dns_target", system, c->plan.target->host,
		    i == 0 ? LONG_LISTEN_MS : 0);
		if (c->any.name != NULL)
			add_dns(c, LANE_DNS, "why=dns_control", system, c->any.name, 0);
	}
	if (system != NULL)
		add_dns(c, LANE_DNS, "why=dns_nonexistent", system, c->canary, 0);
	choose_nowhere(c);
}

/* The address that the system's resolver named and where the site is not: who is there? */
static void
choose_address(struct choice *c)
{
	const struct address_facts *a;
	bool doubtful = false;
	size_t i;

	for (i = 0; i < c->facts.naddresses; i++) {
		a = &c->facts.addresses[i];
		if (!a->from_system || a->from_doh || a->valid || address_is_bogon(a->ip))
			continue;
		add_get(c, LANE_ADDRESS, "why=address_page", a->ip, c->plan.target->host, "/");
		add_get(c, LANE_ADDRESS, "why=address_canary", a->ip, c->canary, "/");
		doubtful = true;
		break;
	}
	/* What is at the address that others name, to compare. */
	for (i = 0; doubtful && i < c->facts.naddresses; i++) {
		a = &c->facts.addresses[i];
		if (a->from_system || !a->from_doh)
			continue;
		add_get(c, LANE_ADDRESS, "why=address_true", a->ip, c->plan.target->host, "/");
		return;
	}
}

/* Nobody to be believed says where the site is: does it stand where it stood? */
static void
choose_before(struct choice *c)
{
	const struct baseline *b = c->m->baseline;
	const struct facts *f = &c->facts;
	const char *ip;
	size_t i;

	if (!f->https || f->valid_system || f->valid_trusted || f->trusted_answered || b == NULL)
		return;
	for (i = 0; i < b->naddresses; i++) {
		ip = b->addresses[i].value;
		if (strchr(ip, ':') != NULL && !f->ipv6_ok)
			continue;
		add_tls(c, LANE_BEFORE, "why=address_before", ip, c->plan.target->port,
		    c->plan.target->host);
		return;
	}
}

/* The same request at servers that have nothing to do with the site. */
static void
choose_host(struct choice *c)
{
	const char *path = url_path(c->plan.target->url);
	size_t i;
	int k;

	for (i = 0; i < 2 && c->away[i] != NULL; i++) {
		const struct landmark *l = c->away[i];
		size_t lane = LANE_AWAY + i;

		add_get(c, lane, "why=host_own", l->ip, l->name, "/");
		for (k = 0; k < 2; k++)
			add_get(c, lane, "why=host_away", l->ip, c->plan.target->host, path);
		add_get(c, lane, "why=host_canary", l->ip, c->canary, path);
		add_get(c, lane, "why=host_own", l->ip, l->name, "/");
	}
	/* Both landmarks' front pages: where they come from the target's address, too, all of them are one provider's. */
	for (i = 0; i < 2 && c->own_ip != NULL; i++)
		if (c->away[i] != NULL)
			add_get(c, LANE_OWN, "why=host_control", c->own_ip, c->away[i]->name, "/");
	if (c->own_ip != NULL && c->away[0] != NULL && c->away[1] == NULL)
		add_get(c, LANE_OWN, "why=host_control", c->own_ip, c->away[0]->name, "/");
	/* A server that sends whatever name to its own https:// gives a landmark's redirect as well. */
	if (c->own_ip != NULL && c->away[0] != NULL)
		add_get(c, LANE_OWN, "why=host_nobody", c->own_ip, c->canary, "/");
}

/* The same bytes under another name, and other bytes under the target's. */
static void
choose_flow(struct choice *c)
{
	const struct target *t = c->plan.target;
	const char *path = url_path(t->url);
	const struct landmark *l = c->away[0];
	int i;

	for (i = 0; l != NULL && i < PAIRS; i++) {
		add_flow(c, LANE_OWN, "why=flow_target", c->own_ip, t->port, t->host, t->host, path);
		add_flow(c, LANE_OWN, "why=flow_control", c->own_ip, t->port, l->name, t->host, path);
		add_flow(c, LANE_AWAY, "why=flow_own", l->ip, l->port, l->name, l->name, "/");
		add_flow(c, LANE_AWAY, "why=flow_away", l->ip, l->port, t->host, l->name, "/");
	}
}

/* The headers of the target's page, as it came last over TLS. */
static const struct http_request *
secure_page(const struct choice *c)
{
	const struct http_request *found = NULL, *r;
	size_t i;

	for (i = 0; i < c->m->nrequests; i++) {
		r = &c->m->requests[i];
		if (r->code > 0 && r->url != NULL && strncmp(r->url, "https:", 6) == 0 &&
		    facts_depth(&r->c) == 0)
			found = r;
	}
	return found;
}

/* Whether headers say that the site speaks HTTP/3, and mean the same machine. */
static bool
offers_quic(const struct http_header *headers, size_t n, int *port)
{
	struct altsvc service;
	size_t i;

	for (i = 0; i < n; i++)
		if (strcasecmp(headers[i].name, "alt-svc") == 0 &&
		    altsvc_h3(headers[i].value, &service) && service.host[0] == '\0') {
			*port = service.port;
			return true;
		}
	return false;
}

/*
 * Where the site says that it speaks HTTP/3: here, or to the vantage. Where nothing is heard of it now, it may have
 * answered before: is it only TCP that does not get through?
 */
static void
choose_quic(struct choice *c)
{
	const struct http_request *page = secure_page(c);
	const struct vantage *there = c->m->control;
	struct trial t = {.kind = TRIAL_QUIC, .ip = c->own_ip, .name = c->plan.target->host};

	if (page != NULL) {
		if (!offers_quic(page->headers, page->nheaders, &t.port))
			return;
	} else if (there == NULL || !offers_quic(there->http.headers, there->http.nheaders, &t.port)) {
		if (!c->plan.target->https || c->m->baseline == NULL || !c->m->baseline->quic)
			return;
		t.port = 443;
	}
	lanes_add(c->lanes, LANE_QUIC, &t);
}

static bool
tls_trouble(const struct facts *f)
{
	size_t i;

	if (!f->https)
		return false;
	for (i = 0; i < f->naddresses; i++)
		if (f->addresses[i].tls != NULL && f->addresses[i].bad_handshakes > 0)
			return true;
	return f->page_failures > 0 && f->page_tls;
}

static bool
dns_trouble(const struct facts *f)
{
	if (f->host_is_ip || f->system.asked == 0)
		return false;
	return !f->system.answered || f->system_bogon || f->two_answers ||
	    (!f->valid_system && (f->trusted_answered || f->doh.asked > 0) && !f->same_addresses);
}

/* Slow against what is usual here; where nothing is known of that, against a floor. */
static bool
slow(const struct choice *c)
{
	const struct baseline *b = c->m->baseline;
	double rate = c->facts.page_rate, usual = NAN;

	if (!c->facts.https || isnan(rate))
		return false;
	if (c->plan.usual_n >= 3)
		usual = c->plan.usual_rate;
	if (b != NULL && !isnan(b->rate) && (isnan(usual) || b->rate > usual))
		usual = b->rate;
	return rate < (isnan(usual) ? slow_floor : usual * slow_share);
}

/* From what the measurement saw to the first batch. */
static void
choose(struct choice *c)
{
	const struct facts *f = &c->facts;
	bool tls = tls_trouble(f) || f->hop != NULL, flow = slow(c) || (f->page_tls && f->page_failure != NULL);
	int i;

	if (dns_trouble(f)) {
		choose_dns(c);
		choose_address(c);
		choose_before(c);
	}
	if (c->own_ip != NULL && !f->connected)
		choose_tcp(c);
	if (tls && c->name_ip != NULL)
		choose_tls(c);
	if (flow && c->own_ip != NULL)
		choose_flow(c);
	if (!f->https && !(f->page_secure && f->page_same_site) && f->connected)
		choose_host(c);
	if (c->own_ip != NULL && c->conf->quic)
		choose_quic(c);
	for (i = 0; f->https && !tls && f->connected && i < c->conf->samples; i++)
		add_tls(c, LANE_OWN, "why=sample", c->own_ip, c->plan.target->port,
		    c->plan.target->host);
}

/* Where all places that could be tested speak against the name, and each spoke once: again. Dead ones take long, and speak more clearly. */
static void
choose_again(struct choice *c, const struct sni_facts *sni)
{
	if (sni->target.server > 0 || sni->away_fine > 0 || sni->away_bad + sni->away_dead == 0 || sni->away_dead > 1)
		return;
	choose_sni_away(c, sni->away_bad + sni->away_dead > 1 || sni->away_dead > 0 ? 1 : 2);
}

/* The vantage is answered, or may be yet, and we are not: a server that fails at random would be, too, if only often enough. */
static void
choose_steadily(struct choice *c, const struct findings *x)
{
	const struct sni_facts *sni = &x->sni;
	bool pending = c->plan.control != NULL && *c->plan.control != NULL;

	if (sni->target.server > 0 || sni->target.bad == 0 || sni->control.bad > 0 || c->name_ip == NULL ||
	    sni->away_bad + sni->away_dead > 0)
		return;
	if (!pending && (x->there_tls != ELSEWHERE_WORKS || x->there_http == ELSEWHERE_FAILS))
		return;
	choose_sni_own(c, sni->target.kind == REPLY_SILENCE ? SILENT_PAIRS : STEADY_PAIRS);
}

/*
 * What leaves a doubt: all places were asked once; the vantage alone speaks for interference; or only some of the target's connections
 * fail or get a stranger's certificate, or the samples found that some do: enough of them to tell chance from choice.
 */
void
choice_more(struct choice *c)
{
	struct findings findings;
	struct sni_facts sni;
	bool mixed;

	findings_gather(c->m, &findings);
	sni = findings.sni;
	mixed = findings.mitm.mixed ||
	    (sni.target.bad > 0 && sni.target.server + sni.away.server > 0 && sni.target.server + sni.away.bad > 0);
	choose_again(c, &sni);
	if (!mixed)
		choose_steadily(c, &findings);
	if (!mixed || c->name_ip == NULL)
		return;
	if (!tls_trouble(&c->facts) && c->facts.hop == NULL) {
		add_tls(c, LANE_OWN, "why=sni_canary", c->name_ip, c->name_port, c->canary);
		add_tls(c, LANE_OWN, "why=sni_none", c->name_ip, c->name_port, c->name_ip);
	}
	choose_sni_own(c, MIXED_PAIRS);
	choose_sni_away(c, MIXED_AWAY);
}

/* --- whole ----------------------------------------------------------------------------------- */

static void
find_places(struct choice *c)
{
	const struct landmark *l[2], *any;
	size_t i;

	/* Only its name is wanted, wherever it is. */
	any = landmarks_for(c->plan.landmarks, c->plan.target->host, NULL, false, 0);
	if (any != NULL)
		c->any = *any;

	for (i = 0; i < 2; i++) {
		l[i] = landmarks_for(c->plan.landmarks, c->plan.target->host, &c->facts,
		    c->facts.https || c->facts.hop != NULL, i);
		if (l[i] == NULL || (i == 1 && l[1] == l[0]))
			continue;
		c->places[i] = *l[i];
		c->away[i] = &c->places[i];
	}
}

void
choice_make(struct choice *c, const struct conf *conf, const struct confirm_plan *plan, struct measurement *m,
    struct lanes *lanes)
{
	*c = (struct choice){.conf = conf, .plan = *plan, .m = m, .lanes = lanes};
	facts_gather(m, &c->facts);
	c->own_ip = own_address(c);
	choose_name(c);
	find_places(c);
	c->canary = trial_nobodys_name(m->arena);
	choose(c);
}

bool
choice_wants_walk(const struct choice *c)
{
	return c->conf->trace && c->own_ip != NULL && c->away[0] != NULL && tls_trouble(&c->facts);
}

void
choice_clear(struct choice *c)
{
	free(c->nowhere.address);
}
