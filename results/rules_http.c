/* Questions about pages: do they come, whose are they, and how fast? */
#include "results/rules.h"

#include <math.h>
#include <string.h>
#include <strings.h>

#include "results/baseline.h"
#include "results/mechanisms.h"
#include "results/measurement.h"
#include "results/quic_ping.h"
#include "results/vantage.h"

/* How much slower is throttled: well beyond what two measurements of one line differ by. */
static const double throttled_share = 0.25, history_share = 0.1;
/* Pages whose lengths differ by more are not the same; OONI's measure. */
static const double same_length_share = 0.7;

static bool
refusal_code(int code)
{
	return code == 401 || code == 403 || code == 407 || code == 429 || code == 451;
}

/* It came over TLS that verified, from the site itself; what a forged redirect leads to may do the former. */
static bool
page_is_its_own(const struct findings *x)
{
	return x->f.page_secure && x->f.page_same_site;
}

static bool
plain(const struct findings *x)
{
	return !x->f.https && !page_is_its_own(x);
}

/* --- over TLS -------------------------------------------------------------------------------- */

/* The page was still coming when our own time ran out, about as fast as the round's other pages: a slow line, no missing page. */
static bool
as_slow_as_others(const struct findings *x)
{
	const struct context *c = &x->m->context;

	return x->f.page_coming && c->usual_n >= 3 && x->f.page_rate >= c->usual_rate * throttled_share;
}

static bool
page_is_missing(const struct findings *x)
{
	return x->f.page_asked && x->f.page_failure != NULL && x->f.https && rule_reached(x) &&
	    !as_slow_as_others(x);
}

/* Even with a stranger's page inside, what is sent under the target's name to a stranger is cut; under his own it is not. */
bool
rule_cut_elsewhere_too(const struct findings *x)
{
	return page_is_missing(x) && x->flow.away.cut >= 2 && x->flow.own.cut == 0 &&
	    x->flow.own.n >= 2;
}

/*
 * Only what is sent under the target's name is cut. A reverse proxy whose machine for this name dies in mid-page looks the
 * same, unless it is the same page that came whole under another, or other places are cut, too.
 */
bool
rule_cut_by_name(const struct findings *x)
{
	return page_is_missing(x) && x->flow.target.cut >= 2 && x->flow.control.cut == 0 &&
	    x->flow.control.lost == 0 && x->flow.control.n >= 2 &&
	    (x->flow.same_page || (x->flow.away.cut > 0 && x->flow.own.cut == 0));
}

/*
 * In turns with a stranger's page that comes whole: on a line that is full to the brim no page does. A server that fails some handshakes as
 * well fails at random, and the vantage may have been lucky.
 */
bool
rule_cut_here_only(const struct findings *x)
{
	return page_is_missing(x) && x->sni.target.bad == 0 && x->there_http == ELSEWHERE_WORKS && x->flow.target.cut > 0 &&
	    x->f.page_failures + x->flow.target.cut >= 3 && x->f.controls_ok && !x->f.interrupted &&
	    x->f.page_depth == 0 && x->flow.own.n >= 2 && x->flow.own.cut == 0 &&
	    mechanism_by_page(x) != MECHANISM_NONE;
}

bool
rule_page_never_comes(const struct findings *x)
{
	return page_is_missing(x);
}

/*
 * The same bytes from the same server come several times faster under another name; or a
 * stranger's page slower under the target's. Never the speed itself: lines are slow for many reasons. Nor where
 * some page of the other name does not come at all: then the line is full to the brim, and who is served first is chance.
 */
bool
rule_throttled_by_name(const struct findings *x)
{
	const struct flow_trials *f = &x->flow;

	return rule_reached(x) &&
	    ((f->target_always_slower && f->control.lost == 0 && f->target.rate < f->control.rate * throttled_share) ||
		(f->away_always_slower && f->own.lost == 0 && f->away.rate < f->own.rate * throttled_share));
}

/*
 * All names are slow at this address, far slower than it was, while the round's other pages come as
 * fast as they should. A site that is overloaded looks the same for an hour; hence far slower.
 */
bool
rule_throttled_against_history(const struct findings *x)
{
	const struct flow_trials *f = &x->flow;
	const struct context *c = &x->m->context;
	/* Where no test page comes any more, the page itself may have come slowly before. */
	double rate = f->target.n >= 2 ? f->target.rate : x->f.page_rate;

	return rule_reached(x) && x->steady && !isnan(rate) && f->own.n >= 2 &&
	    !isnan(x->baseline->rate) && rate < x->baseline->rate * history_share &&
	    f->own.rate > rate / history_share && c->usual_n >= 3 && c->usual_rate > rate / history_share;
}

bool
rule_site_refuses(const struct findings *x)
{
	return rule_reached(x) && x->f.page_asked && x->f.page_secure && !plain(x) &&
	    refusal_code(x->f.page_code);
}

bool
rule_site_is_broken(const struct findings *x)
{
	return rule_reached(x) && x->f.page_asked && x->f.page_secure && !plain(x) &&
	    x->f.page_code >= 500;
}

bool
rule_reached_over_tls(const struct findings *x)
{
	return (x->f.https && rule_reached(x)) ||
	    (x->f.page_asked && x->f.page_secure && x->f.page_same_site);
}

/* QUIC answered here before, and is silent now, while TCP to the same port works. */
bool
rule_quic_dropped(const struct findings *x)
{
	const struct measurement *m = x->m;
	size_t i;

	if (!rule_reached(x) || m->nquic == 0 || x->baseline == NULL || !x->baseline->quic)
		return false;
	for (i = 0; i < m->nquic; i++)
		if (m->quic[i].answered > 0 || m->quic[i].sent < 2)
			return false;
	return true;
}

/* --- without TLS ----------------------------------------------------------------------------- */

/* A server that has nothing to do with the site gives the same page to its name, and another to nobody's. */
bool
rule_blockpage_elsewhere_too(const struct findings *x)
{
	return plain(x) && x->host.away_page > 0 && x->host.away_page == x->host.places &&
	    (x->host.unsure == 0 || x->host.places >= 2);
}

/* The page is known from elsewhere, or from this line's own past; false positives were tried first. */
bool
rule_blockpage_known(const struct findings *x)
{
	const struct measurement *m = x->m;
	const struct http_request *r;
	size_t i;

	for (i = 0; plain(x) && i < m->nrequests; i++) {
		r = &m->requests[i];
		/* Also where a redirect led, as long as anybody in between could write it. */
		if (r->code > 0 && r->url != NULL && strncmp(r->url, "http:", 5) == 0 &&
		    ((r->fingerprint != NULL && !r->fingerprint_fp) ||
			baseline_knows_blockpage(x->baseline, r->body_sha256)))
			return true;
	}
	return false;
}

static bool
plain_fails(const struct findings *x)
{
	return plain(x) && x->f.page_asked && x->f.page_failure != NULL && x->f.page_depth == 0 &&
	    x->f.connected;
}

/* One place alone could fail twice by accident; another name that is answered at the target's own address makes up for a second. */
bool
rule_host_fails_elsewhere_too(const struct findings *x)
{
	return plain_fails(x) && x->host.away_other == 0 &&
	    (x->host.away_bad >= 2 ||
		(x->host.away_bad == 1 && x->host.control_n > 0 && x->host.control_bad == 0));
}

/* As with server names: where the name is answered elsewhere, a reverse proxy with a dead machine looks the same. */
bool
rule_only_this_host_fails(const struct findings *x)
{
	return plain_fails(x) && x->host.control_n >= 2 && x->host.control_bad == 0 &&
	    x->f.page_failures >= 3 && x->there_http != ELSEWHERE_FAILS &&
	    ((x->host.places > 0 && x->host.away_other == 0) || x->there_http == ELSEWHERE_WORKS);
}

bool
rule_host_fails_here_only(const struct findings *x)
{
	return plain_fails(x) && x->there_http == ELSEWHERE_WORKS && x->f.page_failures >= 3 &&
	    x->f.controls_ok && x->host.control_bad == 0 &&
	    mechanism_by_page(x) != MECHANISM_NONE;
}

/*
 * The address that our resolver names gives one page to whatever name, and not the one that is at the address which others
 * name: no machine of the site's. Two honest machines of one site may each serve it to any name, but the same.
 */
bool
rule_plain_server_for_any_name(const struct findings *x)
{
	return plain(x) && x->f.system.answered && x->f.doh.answered && !x->f.same_addresses &&
	    x->address.any_name && x->address.other_than_true;
}

/* http:// only: nobody vouches for what came, and where it came from is in doubt. */
bool
rule_plain_page_from_bogon(const struct findings *x)
{
	return plain(x) && rule_reached(x) && x->f.system_bogon && x->f.trusted_answered &&
	    !x->f.trusted_bogon;
}

static bool
is_page(int64_t code)
{
	return code >= 200 && code < 300;
}

/* Another title and another length: sites speak to each country in its own way, and liars put pages in place of theirs. */
static bool
vantage_has_another_page(const struct findings *x)
{
	const struct measurement *m = x->m;
	const struct http_request *r = NULL;
	const struct vantage *v = x->vantage;
	double ratio;
	size_t i;

	for (i = 0; i < m->nrequests; i++)
		if (facts_depth(&m->requests[i].c) == x->f.page_depth && is_page(m->requests[i].code))
			r = &m->requests[i];
	if (r == NULL || x->there_http != ELSEWHERE_WORKS || !is_page(v->http.status_code) ||
	    r->title == NULL || v->http.title == NULL || strcasecmp(r->title, v->http.title) == 0 ||
	    r->body_length <= 0 || v->http.body_length <= 0)
		return false;
	ratio = (double)r->body_length / (double)v->http.body_length;
	return ratio < same_length_share || ratio > 1 / same_length_share;
}

bool
rule_plain_page_in_doubt(const struct findings *x)
{
	return plain(x) && rule_reached(x) &&
	    (!x->f.page_same_site || vantage_has_another_page(x) || refusal_code(x->f.page_code) || x->f.page_code >= 500 ||
		x->f.page_failure != NULL || (x->f.system_bogon && !x->f.trusted_answered) ||
		(x->f.trusted_answered && x->f.system.answered && !x->f.same_addresses));
}

bool
rule_plain_page(const struct findings *x)
{
	return plain(x) && rule_reached(x);
}

bool
rule_page_fails_everywhere(const struct findings *x)
{
	return !x->f.https && x->f.page_asked && x->f.page_failure != NULL &&
	    x->there_http == ELSEWHERE_FAILS;
}

bool
rule_page_fails(const struct findings *x)
{
	return x->f.page_asked && x->f.page_failure != NULL;
}

enum mechanism
mechanism_by_page(const struct findings *x)
{
	const struct measurement *m = x->m;
	size_t i;

	/* A redirect's handshake that failed, and so was the last. */
	for (i = m->ntls; i-- > 0 && x->f.page_depth > 0;)
		if (facts_depth(&m->tls[i].c) == x->f.page_depth && m->tls[i].failure != NULL &&
		    x->f.page_failure != NULL && strcmp(m->tls[i].failure, x->f.page_failure) == 0)
			return mechanism_of_tls(&m->tls[i]);
	return mechanism_of_http(failure_find(x->f.page_failure));
}

enum mechanism
mechanism_by_host_reply(const struct findings *x)
{
	return mechanism_of_http_reply(x->host.kind);
}
