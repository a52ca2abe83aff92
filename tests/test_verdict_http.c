/* What verdicts promise about pages: when they are said to be cut, slowed down or replaced, and what only looks like it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/mem.h"
#include "results/baseline.h"
#include "results/quic_ping.h"
#include "results/trials.h"
#include "results/vantage.h"
#include "tests/verdict_case.h"

/* --- plain HTTP ------------------------------------------------------------------------------ */

static void
a_redirect_to_its_own_https_is_ok(void **state)
{
	struct measurement *m = target("http://site.example/");

	(void)state;
	query(m, RESOLVER_SYSTEM, NULL, "203.0.113.1");
	connects(m, "203.0.113.1", NULL);
	page(m, "http://site.example/", NULL, 301);
	page(m, "https://www.site.example/", NULL, 200);
	means(m, VERDICT_OK, MECHANISM_NONE, "tls_valid");
}

static void
a_plain_page_that_ends_elsewhere_is_not_told(void **state)
{
	struct measurement *m = target("http://site.example/");

	(void)state;
	query(m, RESOLVER_SYSTEM, NULL, "203.0.113.1");
	connects(m, "203.0.113.1", NULL);
	page(m, "http://site.example/", NULL, 302);
	page(m, "http://warning.example.net/", NULL, 200);
	means(m, VERDICT_INSUFFICIENT, MECHANISM_NONE, "plain_page_in_doubt");
}

static void
a_plain_451_may_be_anybodys(void **state)
{
	struct measurement *m = target("http://site.example/");

	(void)state;
	query(m, RESOLVER_SYSTEM, NULL, "203.0.113.1");
	connects(m, "203.0.113.1", NULL);
	page(m, "http://site.example/", NULL, 451);
	means(m, VERDICT_INSUFFICIENT, MECHANISM_NONE, "plain_page_in_doubt");
}

static void
a_page_that_is_reset_is_not_told(void **state)
{
	struct measurement *m = target("http://site.example/");

	(void)state;
	query(m, RESOLVER_SYSTEM, NULL, "203.0.113.1");
	connects(m, "203.0.113.1", NULL);
	page(m, "http://site.example/", "connection_reset", 0);
	means(m, VERDICT_INSUFFICIENT, HTTP_RESET, "page_fails");
}

/* --- pages that break off ---------------------------------------------------------------------- */

/* TLS is in order, the page is reset, each of three times. */
static struct measurement *
cut_off(void)
{
	struct measurement *m = target_at_home();
	int i;

	shakes(m, HOME, NULL);
	for (i = 0; i < 3; i++)
		page(m, SITE, RESET, 0);
	return m;
}

/* So many pairs of pages under two names; a rate of 0 is a page that is reset. */
static void
flows(struct measurement *m, const char *one, double rate, const char *other, double other_rate)
{
	int i;

	for (i = 0; i < 3; i++) {
		try_flow(m, one, rate);
		try_flow(m, other, other_rate);
	}
}

static void
a_strangers_page_cut_under_the_name_is_proof(void **state)
{
	struct measurement *m = cut_off();
	size_t i;

	(void)state;
	flows(m, "flow_own", 500000, "flow_away", 0);
	means(m, VERDICT_BLOCKED, HTTP_RESET, "cut_elsewhere_too");

	/* It closes on names that are not its own, before it says anything. */
	m = cut_off();
	flows(m, "flow_own", 500000, "flow_away", 0);
	for (i = 0; i < m->confirm->nrequests; i++)
		if (trials_why(&m->confirm->requests[i].c, "flow_away"))
			m->confirm->requests[i].first_byte_s = m->confirm->requests[i].last_byte_s = -1;
	means(m, VERDICT_INSUFFICIENT, HTTP_RESET, "page_not_delivered");

	/* It is cut under its own name as well. */
	m = cut_off();
	flows(m, "flow_own", 0, "flow_away", 0);
	means(m, VERDICT_INSUFFICIENT, HTTP_RESET, "page_not_delivered");
}

static void
a_page_cut_only_under_its_name_is_likely_blocking(void **state)
{
	struct measurement *m = cut_off();
	size_t i;

	(void)state;
	flows(m, "flow_target", 0, "flow_control", 500000);
	flows(m, "flow_own", 500000, "flow_away", 500000);
	try_flow(m, "flow_away", 0);
	means(m, VERDICT_LIKELY_BLOCKED, HTTP_RESET, "cut_by_name");

	/* Resets that overtake the first bytes take them with them; the page had begun before, and comes whole under another name. */
	m = cut_off();
	m->requests[0].title = arena_strdup(m->arena, "Front page");
	flows(m, "flow_target", 0, "flow_control", 500000);
	for (i = 0; i < m->confirm->nrequests; i++)
		if (trials_why(&m->confirm->requests[i].c, "flow_control"))
			m->confirm->requests[i].title = m->requests[0].title;
		else
			m->confirm->requests[i].first_byte_s = m->confirm->requests[i].last_byte_s = -1;
	means(m, VERDICT_LIKELY_BLOCKED, HTTP_RESET, "cut_by_name");

	/* A reverse proxy whose machine for this name dies in mid-page. */
	m = cut_off();
	flows(m, "flow_target", 0, "flow_control", 500000);
	flows(m, "flow_own", 500000, "flow_away", 500000);
	means(m, VERDICT_INSUFFICIENT, HTTP_RESET, "page_not_delivered");

	/* The server cuts it whatever the name. */
	m = cut_off();
	flows(m, "flow_target", 0, "flow_control", 0);
	means(m, VERDICT_INSUFFICIENT, HTTP_RESET, "page_not_delivered");
}

static void
a_page_that_the_vantage_gets_is_likely_cut(void **state)
{
	struct measurement *m = cut_off();

	(void)state;
	vantage(m, HOME);
	flows(m, "flow_own", 500000, "flow_target", 0);
	means(m, VERDICT_LIKELY_BLOCKED, HTTP_RESET, "cut_here_only");

	/* A server that fails at random, handshakes as well: the vantage was lucky. */
	m = cut_off();
	vantage(m, HOME);
	flows(m, "flow_own", 500000, "flow_target", 0);
	try_tls(m, "sample", HOME, RESET);
	means(m, VERDICT_INSUFFICIENT, HTTP_RESET, "page_not_delivered");

	/* Nobody looked whether other pages come whole. */
	m = cut_off();
	vantage(m, HOME);
	means(m, VERDICT_INSUFFICIENT, HTTP_RESET, "page_not_delivered");

	m = cut_off();
	vantage(m, HOME)->http.status_code = -1;
	m->control->http.failure = arena_strdup(m->arena, TIMEOUT);
	means(m, VERDICT_INSUFFICIENT, HTTP_RESET, "page_not_delivered");

	/* Pages of others break off, too. */
	m = cut_off();
	vantage(m, HOME);
	flows(m, "flow_own", 0, "flow_target", 0);
	means(m, VERDICT_INSUFFICIENT, HTTP_RESET, "page_not_delivered");

	m = cut_off();
	vantage(m, HOME);
	m->context.foreign_ok = 0;
	means(m, VERDICT_INSUFFICIENT, HTTP_RESET, "page_not_delivered");
}

/* --- slow pages -------------------------------------------------------------------------------- */

/* Half of a long page had come when our own time ran out. */
static struct measurement *
still_coming(double usual_rate)
{
	struct measurement *m = target_at_home();
	struct http_request *r;

	shakes(m, HOME, NULL);
	r = page(m, SITE, TIMEOUT, 200);
	r->c.t = 20;
	r->first_byte_s = 4;
	r->last_byte_s = 19.5;
	r->body_length = 300000;
	m->context.usual_n = 9;
	m->context.usual_rate = usual_rate;
	return m;
}

static void
a_page_still_coming_on_a_slow_line_is_no_failure(void **state)
{
	struct measurement *m = still_coming(30000);

	(void)state;
	means(m, VERDICT_OK, MECHANISM_NONE, "tls_valid");

	/* Others' pages come much faster: not the line. */
	means(still_coming(400000), VERDICT_INSUFFICIENT, HTTP_TIMEOUT, "page_not_delivered");

	/* Nothing more had come for most of the time. */
	m = still_coming(30000);
	m->requests[0].last_byte_s = 6;
	means(m, VERDICT_INSUFFICIENT, HTTP_TIMEOUT, "page_not_delivered");

	/* Nothing to compare with. */
	m = still_coming(30000);
	m->context.usual_n = 0;
	means(m, VERDICT_INSUFFICIENT, HTTP_TIMEOUT, "page_not_delivered");
}

static struct measurement *
slow(void)
{
	struct measurement *m = target_at_home();

	shakes(m, HOME, NULL);
	page(m, SITE, NULL, 200);
	return m;
}

static void
the_same_bytes_slower_under_the_name_are_throttled(void **state)
{
	struct measurement *m = slow();
	struct http_request *r;

	(void)state;
	flows(m, "flow_target", 15000, "flow_control", 400000);
	means(m, VERDICT_IMPAIRED, THROTTLING, "throttled_by_name");

	m = slow();
	flows(m, "flow_own", 400000, "flow_away", 15000);
	means(m, VERDICT_IMPAIRED, THROTTLING, "throttled_by_name");

	/* One under the other name does not come in time either: the line is full. */
	m = slow();
	flows(m, "flow_target", 15000, "flow_control", 400000);
	r = &m->confirm->requests[1];
	r->failure = TIMEOUT;
	r->body_length = 0;
	r->first_byte_s = r->last_byte_s = -1;
	means(m, VERDICT_OK, MECHANISM_NONE, "tls_valid");
}

static void
a_slow_line_is_not_throttling(void **state)
{
	struct measurement *m = slow();

	(void)state;
	flows(m, "flow_target", 15000, "flow_control", 15000);
	flows(m, "flow_own", 16000, "flow_away", 16000);
	means(m, VERDICT_OK, MECHANISM_NONE, "tls_valid");
}

/* Far slower in the median, but once as fast as the other: the line wavers. */
static void
a_line_that_wavers_is_not_throttling(void **state)
{
	struct measurement *m = slow();

	(void)state;
	flows(m, "flow_target", 15000, "flow_control", 400000);
	try_flow(m, "flow_control", 14000);
	means(m, VERDICT_OK, MECHANISM_NONE, "tls_valid");
}

static struct measurement *
slower_than_ever(double usual_rate)
{
	struct measurement *m = slow();

	history(m)->rate = 300000;
	m->context.usual_n = 12;
	m->context.usual_rate = usual_rate;
	flows(m, "flow_target", 15000, "flow_control", 15000);
	flows(m, "flow_own", 400000, "flow_away", 400000);
	return m;
}

static void
far_slower_than_ever_is_throttled(void **state)
{
	struct measurement *m;

	(void)state;
	means(slower_than_ever(350000), VERDICT_IMPAIRED, THROTTLING, "throttled_against_history");
	/* So is everything else today. */
	means(slower_than_ever(20000), VERDICT_OK, MECHANISM_NONE, "tls_valid");
	m = slower_than_ever(350000);
	m->baseline->rate = 40000;
	means(m, VERDICT_OK, MECHANISM_NONE, "tls_valid");
}

/* A test page of which nothing came in time. */
static void
try_flow_lost(struct measurement *m, const char *name)
{
	struct measurement *c = measurement_confirm(m);
	struct http_request *r = page(c, SITE, TIMEOUT, 0);

	r->c.t0 = 1;
	r->c.t = 6;
	why(c, &r->c, name);
}

/* Part of the page within so many seconds, and no test page after it. */
static struct measurement *
page_that_crawled(double seconds)
{
	struct measurement *m = target_at_home();
	struct http_request *r;
	int i;

	shakes(m, HOME, NULL);
	r = page(m, SITE, TIMEOUT, 200);
	r->body_length = 32768;
	r->first_byte_s = 0.5;
	r->last_byte_s = 0.5 + seconds;
	r->c.t = 10.5;
	history(m)->rate = 300000;
	m->context.usual_n = 12;
	m->context.usual_rate = 350000;
	for (i = 0; i < 3; i++) {
		try_flow_lost(m, "flow_target");
		try_flow_lost(m, "flow_control");
	}
	flows(m, "flow_own", 400000, "flow_away", 400000);
	return m;
}

static void
a_page_that_crawled_is_throttled_though_no_test_page_came(void **state)
{
	struct measurement *m;

	(void)state;
	means(page_that_crawled(9.5), VERDICT_IMPAIRED, THROTTLING, "throttled_against_history");
	/* It came fast, and then no more: not slow, but cut. */
	means(page_that_crawled(0.1), VERDICT_INSUFFICIENT, HTTP_TIMEOUT, "page_not_delivered");
	m = page_that_crawled(9.5);
	m->baseline->rate = 20000;
	means(m, VERDICT_INSUFFICIENT, HTTP_TIMEOUT, "page_not_delivered");
}

/* --- QUIC -------------------------------------------------------------------------------------- */

static struct measurement *
pinged(int answered, bool before)
{
	struct measurement *m = slow();
	struct quic_ping *q = ARENA_PUSH(m->arena, m->quic, m->nquic);

	q->sent = 4;
	q->answered = answered;
	history(m)->quic = before;
	return m;
}

static void
quic_that_fell_silent_is_dropped(void **state)
{
	(void)state;
	means(pinged(0, true), VERDICT_IMPAIRED, QUIC_DROP, "quic_dropped");
	means(pinged(1, true), VERDICT_OK, MECHANISM_NONE, "tls_valid");
	/* Some servers that speak QUIC never answer such a ping. */
	means(pinged(0, false), VERDICT_OK, MECHANISM_NONE, "tls_valid");
}

/* --- in the clear ------------------------------------------------------------------------------ */

/* An http:// target at an address that all resolvers name. */
static struct measurement *
plain_target(void)
{
	struct measurement *m = target(PLAIN);

	query(m, RESOLVER_SYSTEM, NULL, HOME);
	query(m, RESOLVER_DOH, NULL, HOME);
	connects(m, HOME, NULL);
	return m;
}

static void
gives(struct measurement *m, const char *body)
{
	struct http_request *r = page(m, PLAIN, NULL, 200);

	r->body_sha256 = arena_strdup(m->arena, body);
	r->body_length = 100;
}

/* A landmark over plain HTTP: its own page, twice what the target's name gets, what nobody's does. NULL: reset. */
static void
try_host(struct measurement *m, const char *ip, const char *page_away, const char *page_canary)
{
	try_get(m, "host_own", ip, NULL, "own page");
	try_get(m, "host_away", ip, page_away == NULL ? RESET : NULL, page_away);
	try_get(m, "host_away", ip, page_away == NULL ? RESET : NULL, page_away);
	try_get(m, "host_canary", ip, page_canary == NULL ? RESET : NULL, page_canary);
	try_get(m, "host_own", ip, NULL, "own page");
}

static void
a_plain_page_is_ok_but_nobody_vouches(void **state)
{
	struct measurement *m = plain_target();

	(void)state;
	gives(m, "front page");
	means(m, VERDICT_OK, MECHANISM_NONE, "plain_page_unverified");
}

static void
the_same_notice_at_strangers_servers_is_a_block_page(void **state)
{
	struct measurement *m = plain_target();

	(void)state;
	gives(m, "notice");
	try_host(m, PLACE_1, "notice", "own page");
	try_host(m, PLACE_2, "notice", "own page");
	means(m, VERDICT_BLOCKED, HTTP_BLOCKPAGE, "blockpage_elsewhere_too");
}

/* One CDN for all of them: the target's address has the landmarks' pages, as they have the target's. */
static void
customers_of_one_cdn_are_no_strangers(void **state)
{
	struct measurement *m = plain_target();

	(void)state;
	gives(m, "front page");
	try_host(m, PLACE_1, "front page", "unknown site");
	try_host(m, PLACE_2, "front page", "unknown site");
	try_get(m, "host_control", HOME, NULL, "own page");
	means(m, VERDICT_OK, MECHANISM_NONE, "plain_page_unverified");
}

/* A proxy on the way has the same error page for all names that are not there. */
static void
what_nobodys_name_gets_too_is_no_block_page(void **state)
{
	struct measurement *m = plain_target();

	(void)state;
	gives(m, "error");
	try_host(m, PLACE_1, "error", "error");
	means(m, VERDICT_OK, MECHANISM_NONE, "plain_page_unverified");

	/* One of two servers only. */
	m = plain_target();
	gives(m, "notice");
	try_host(m, PLACE_1, "notice", "own page");
	try_host(m, PLACE_2, "own page", "own page");
	means(m, VERDICT_OK, MECHANISM_NONE, "plain_page_unverified");
}

/* Servers that lead every name to its own https:// do so for the target's as well. */
static void
a_redirect_to_its_own_https_is_no_notice(void **state)
{
	struct measurement *m = plain_target();
	struct http_request *r = page(m, PLAIN, NULL, 301);
	size_t i;

	(void)state;
	r->location = arena_strdup(m->arena, SITE);
	page(m, SITE, RESET, 0);
	try_host(m, PLACE_1, "", "");
	for (i = 0; i < m->confirm->nrequests; i++) {
		r = &m->confirm->requests[i];
		r->code = 301;
		r->location = arena_strdup(m->arena,
		    trials_why(&r->c, "host_away") ? SITE : "https://another.example/");
	}
	means(m, VERDICT_INSUFFICIENT, HTTP_RESET, "page_fails");
}

static void
a_known_block_page_is_likely(void **state)
{
	struct measurement *m = plain_target();
	struct baseline *b;

	(void)state;
	gives(m, "notice");
	m->requests[0].fingerprint = "somebodys_notice";
	means(m, VERDICT_LIKELY_BLOCKED, HTTP_BLOCKPAGE, "blockpage_known");

	/* A pattern of pages that only look like one. */
	m = plain_target();
	gives(m, "challenge");
	m->requests[0].fingerprint = "firewalls_challenge";
	m->requests[0].fingerprint_fp = true;
	means(m, VERDICT_OK, MECHANISM_NONE, "plain_page_unverified");

	m = plain_target();
	gives(m, "notice");
	b = history(m);
	ARENA_PUSH(m->arena, b->blockpages, b->nblockpages)->value = arena_strdup(m->arena, "notice");
	means(m, VERDICT_LIKELY_BLOCKED, HTTP_BLOCKPAGE, "blockpage_known");
}

static void
one_page_for_all_names_and_not_the_sites_is_a_redirect(void **state)
{
	struct measurement *m = target(PLAIN);

	(void)state;
	query(m, RESOLVER_SYSTEM, NULL, LIE);
	query(m, RESOLVER_DOH, NULL, HOME);
	connects(m, LIE, NULL);
	gives(m, "notice");
	try_get(m, "address_page", LIE, NULL, "notice");
	try_get(m, "address_canary", LIE, NULL, "notice");
	try_get(m, "address_true", HOME, NULL, "front page");
	means(m, VERDICT_LIKELY_BLOCKED, DNS_REDIRECT, "plain_server_for_any_name");
}

/* Each gives the site's page to whatever name. */
static void
two_machines_of_one_site_are_no_redirect(void **state)
{
	struct measurement *m = target(PLAIN);

	(void)state;
	query(m, RESOLVER_SYSTEM, NULL, LIE);
	query(m, RESOLVER_DOH, NULL, HOME);
	connects(m, LIE, NULL);
	gives(m, "front page");
	try_get(m, "address_page", LIE, NULL, "front page");
	try_get(m, "address_canary", LIE, NULL, "front page");
	try_get(m, "address_true", HOME, NULL, "front page");
	means(m, VERDICT_INSUFFICIENT, MECHANISM_NONE, "plain_page_in_doubt");
}

static void
a_page_from_a_bogon_is_likely_a_lie(void **state)
{
	struct measurement *m = target(PLAIN);

	(void)state;
	query(m, RESOLVER_SYSTEM, NULL, "10.10.34.35");
	query(m, RESOLVER_DOH, NULL, HOME);
	connects(m, "10.10.34.35", NULL);
	gives(m, "notice");
	means(m, VERDICT_LIKELY_BLOCKED, DNS_BOGON, "plain_page_from_bogon");

	/* For all others the name points into such a network as well. */
	m = target(PLAIN);
	query(m, RESOLVER_SYSTEM, NULL, "10.10.34.35");
	query(m, RESOLVER_DOH, NULL, "10.10.34.35");
	connects(m, "10.10.34.35", NULL);
	gives(m, "front page");
	means(m, VERDICT_OK, MECHANISM_NONE, "plain_page_unverified");

	/* Nobody else could be asked: it may be a site of the own network's, or a lie. */
	m = target(PLAIN);
	query(m, RESOLVER_SYSTEM, NULL, "10.10.34.35");
	connects(m, "10.10.34.35", NULL);
	gives(m, "front page");
	means(m, VERDICT_INSUFFICIENT, MECHANISM_NONE, "plain_page_in_doubt");
}

/* The page is reset, each of three times; another name, in turns, gets a page. */
static struct measurement *
host_is_reset(bool control)
{
	struct measurement *m = plain_target();
	int i;

	for (i = 0; i < 3; i++)
		page(m, PLAIN, RESET, 0);
	for (i = 0; i < 2; i++)
		try_get(m, "host_control", HOME, control ? NULL : RESET, control ? "other" : NULL);
	return m;
}

/* Of a target that is reached it goes without saying. */
static void
quic_that_answers_where_tcp_does_not_is_evidence(void **state)
{
	struct measurement *m = host_is_reset(true);
	struct verdict v;

	(void)state;
	ARENA_PUSH(m->arena, m->quic, m->nquic)->answered = 1;
	verdict_judge(m, &v);
	assert_true(has_evidence(&v, "quic_answers"));
	m->quic[0].answered = 0;
	verdict_judge(m, &v);
	assert_false(has_evidence(&v, "quic_answers"));
	measurement_free(m);

	m = pinged(1, true);
	verdict_judge(m, &v);
	assert_false(has_evidence(&v, "quic_answers"));
	measurement_free(m);
}

static void
a_host_that_fails_at_strangers_servers_is_blocked(void **state)
{
	struct measurement *m = host_is_reset(true);

	(void)state;
	try_host(m, PLACE_1, NULL, "own page");
	means(m, VERDICT_BLOCKED, HTTP_RESET, "host_fails_elsewhere_too");

	/* Nobody's name is reset there as well. */
	m = host_is_reset(false);
	try_host(m, PLACE_1, NULL, NULL);
	means(m, VERDICT_INSUFFICIENT, HTTP_RESET, "page_fails");
}

/* That a landmark does not answer its own name any more speaks against the target's only if it did before. */
static void
a_landmark_that_stumbled_first_proves_nothing(void **state)
{
	struct measurement *m = host_is_reset(true);

	(void)state;
	try_get(m, "host_own", PLACE_1, RESET, NULL);
	try_get(m, "host_away", PLACE_1, RESET, NULL);
	try_get(m, "host_canary", PLACE_1, RESET, NULL);
	try_get(m, "host_own", PLACE_1, NULL, "own page");
	means(m, VERDICT_INSUFFICIENT, HTTP_RESET, "page_fails");

	m = host_is_reset(true);
	try_get(m, "host_own", PLACE_1, NULL, "own page");
	try_get(m, "host_away", PLACE_1, RESET, NULL);
	try_get(m, "host_canary", PLACE_1, RESET, NULL);
	try_get(m, "host_own", PLACE_1, RESET, NULL);
	means(m, VERDICT_BLOCKED, HTTP_RESET, "host_fails_elsewhere_too");
}

/* A forged redirect may lead to a page over TLS: that it verifies says whose it is, not that it is the site's. */
static struct measurement *
led_to(const char *url, int code)
{
	struct measurement *m = plain_target();

	page(m, PLAIN, NULL, 302)->location = arena_strdup(m->arena, url);
	page(m, url, NULL, code);
	return m;
}

/* A landmark's own redirect, and where the target's name is sent there. */
static void
try_redirects(struct measurement *m, const char *ip, const char *away)
{
	size_t i, first = m->confirm == NULL ? 0 : m->confirm->nrequests;
	struct http_request *r;

	try_host(m, ip, "", "");
	for (i = first; i < m->confirm->nrequests; i++) {
		r = &m->confirm->requests[i];
		r->code = 302;
		r->location = arena_strdup(m->arena, trials_why(&r->c, "host_away") ? away : SITE);
	}
}

static void
a_redirect_to_a_notice_over_tls_is_a_block_page(void **state)
{
	static const char notice[] = "https://notice.example/";
	struct measurement *m = led_to(notice, 200);

	(void)state;
	try_redirects(m, PLACE_1, notice);
	means(m, VERDICT_BLOCKED, HTTP_BLOCKPAGE, "blockpage_elsewhere_too");

	/* No landmark says the same: it may have moved. */
	m = led_to(notice, 200);
	try_redirects(m, PLACE_1, SITE);
	means(m, VERDICT_INSUFFICIENT, MECHANISM_NONE, "plain_page_in_doubt");

	/* Nor is a refusal there, or an error, the site's own. */
	means(led_to(notice, 451), VERDICT_INSUFFICIENT, MECHANISM_NONE, "plain_page_in_doubt");
	means(led_to(notice, 503), VERDICT_INSUFFICIENT, MECHANISM_NONE, "plain_page_in_doubt");
	means(led_to(SITE, 451), VERDICT_IMPAIRED, HTTP_SERVER_REFUSAL, "site_refuses");
}

/* A landmark that sends its own name home, and gives the target's the notice. */
static void
try_notice(struct measurement *m, const char *ip)
{
	size_t first = m->confirm == NULL ? 0 : m->confirm->nrequests, i;
	struct http_request *r;

	try_redirects(m, ip, SITE);
	for (i = first; i < m->confirm->nrequests; i++) {
		r = &m->confirm->requests[i];
		if (!trials_why(&r->c, "host_away"))
			continue;
		r->code = 200;
		r->location = NULL;
		r->body_sha256 = arena_strdup(m->arena, "notice");
	}
}

static struct measurement *
sends_home(bool nobody)
{
	struct measurement *m = plain_target();
	struct http_request *r;

	gives(m, "notice");
	try_notice(m, PLACE_1);
	r = try_get(m, "host_control", HOME, NULL, "");
	r->code = 302;
	r->location = arena_strdup(m->arena, SITE);
	r = try_get(m, "host_nobody", HOME, nobody ? NULL : RESET, nobody ? "" : NULL);
	if (nobody) {
		r->code = 302;
		r->location = arena_strdup(m->arena, SITE);
	}
	return m;
}

/* A server that sends every name to its own https:// gives a landmark's redirect, too: that alone makes them no kin. */
static void
a_server_that_sends_everybody_home_is_no_kin(void **state)
{
	struct measurement *m = sends_home(true);

	(void)state;
	try_notice(m, PLACE_2);
	means(m, VERDICT_BLOCKED, HTTP_BLOCKPAGE, "blockpage_elsewhere_too");
	/* But it may be, and one such landmark is not enough. */
	means(sends_home(true), VERDICT_OK, MECHANISM_NONE, "plain_page_unverified");
	/* It knows the landmark's name, and not nobody's: machines of one provider. */
	m = sends_home(false);
	try_notice(m, PLACE_2);
	means(m, VERDICT_OK, MECHANISM_NONE, "plain_page_unverified");
}

static void
only_this_host_fails_is_likely_unless_a_proxy_explains_it(void **state)
{
	struct measurement *m = host_is_reset(true);

	(void)state;
	try_get(m, "host_own", PLACE_1, NULL, "own page");
	try_get(m, "host_away", PLACE_1, RESET, NULL);
	try_get(m, "host_away", PLACE_1, NULL, "own page");
	try_get(m, "host_canary", PLACE_1, NULL, "own page");
	means(m, VERDICT_LIKELY_BLOCKED, HTTP_RESET, "only_this_host_fails");

	/* No other place was tried. */
	means(host_is_reset(true), VERDICT_INSUFFICIENT, HTTP_RESET, "page_fails");

	/* Elsewhere the name is answered: a reverse proxy with a dead machine looks the same. */
	m = host_is_reset(true);
	try_host(m, PLACE_1, "own page", "own page");
	means(m, VERDICT_INSUFFICIENT, HTTP_RESET, "page_fails");

	m = host_is_reset(true);
	try_host(m, PLACE_1, "own page", "own page");
	vantage(m, HOME);
	means(m, VERDICT_LIKELY_BLOCKED, HTTP_RESET, "only_this_host_fails");
}

static void
a_plain_page_that_the_vantage_gets_is_likely_cut(void **state)
{
	struct measurement *m = plain_target();
	int i;

	(void)state;
	for (i = 0; i < 3; i++)
		page(m, PLAIN, RESET, 0);
	vantage(m, HOME);
	means(m, VERDICT_LIKELY_BLOCKED, HTTP_RESET, "host_fails_here_only");

	/* The site is in trouble there as well. */
	m = host_is_reset(true);
	vantage(m, HOME)->http.status_code = 502;
	means(m, VERDICT_INSUFFICIENT, HTTP_RESET, "page_fails");

	/* Other names fail at this server, too. */
	m = host_is_reset(false);
	vantage(m, HOME);
	means(m, VERDICT_INSUFFICIENT, HTTP_RESET, "page_fails");

	m = plain_target();
	for (i = 0; i < 3; i++)
		page(m, PLAIN, RESET, 0);
	vantage(m, HOME)->http.status_code = -1;
	m->control->http.failure = arena_strdup(m->arena, RESET);
	means(m, VERDICT_DOWN, HTTP_RESET, "page_fails_everywhere");
}

/* The site itself says no to this country, over TLS that verified. */
static void
geo_blocking_is_the_sites_own(void **state)
{
	struct measurement *m = target_at_home();

	(void)state;
	shakes(m, HOME, NULL);
	page(m, SITE, NULL, 403);
	vantage(m, HOME);
	means(m, VERDICT_IMPAIRED, HTTP_SERVER_REFUSAL, "site_refuses");
}

/* A block page to which connections to the site's address are led; or a site that speaks to each country in its own way. */
static void
a_plain_page_unlike_the_vantages_is_in_doubt(void **state)
{
	static const struct {
		const char *title;
		int64_t length;
		bool doubt;
	} cases[] = {{"Site", 20000, false}, {"SITE", 900, false}, {"Notice", 19000, false}, {"Notice", 900, true}};
	struct http_request *r;
	struct measurement *m;
	struct vantage *v;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		m = target(PLAIN);
		query(m, RESOLVER_SYSTEM, NULL, HOME);
		query(m, RESOLVER_DOH, NULL, HOME);
		connects(m, HOME, NULL);
		r = page(m, PLAIN, NULL, 200);
		r->title = arena_strdup(m->arena, cases[i].title);
		r->body_length = cases[i].length;
		v = vantage(m, HOME);
		v->http.title = arena_strdup(m->arena, "Site");
		v->http.body_length = 20000;
		if (cases[i].doubt)
			means(m, VERDICT_INSUFFICIENT, MECHANISM_NONE, "plain_page_in_doubt");
		else
			means(m, VERDICT_OK, MECHANISM_NONE, "plain_page_unverified");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_plain_page_unlike_the_vantages_is_in_doubt),
	    cmocka_unit_test(a_redirect_to_its_own_https_is_ok),
	    cmocka_unit_test(a_plain_page_that_ends_elsewhere_is_not_told),
	    cmocka_unit_test(a_plain_451_may_be_anybodys),
	    cmocka_unit_test(a_page_that_is_reset_is_not_told),
	    cmocka_unit_test(a_strangers_page_cut_under_the_name_is_proof),
	    cmocka_unit_test(a_page_cut_only_under_its_name_is_likely_blocking),
	    cmocka_unit_test(a_page_still_coming_on_a_slow_line_is_no_failure),
	    cmocka_unit_test(a_page_that_the_vantage_gets_is_likely_cut),
	    cmocka_unit_test(the_same_bytes_slower_under_the_name_are_throttled),
	    cmocka_unit_test(a_slow_line_is_not_throttling),
	    cmocka_unit_test(a_line_that_wavers_is_not_throttling),
	    cmocka_unit_test(far_slower_than_ever_is_throttled),
	    cmocka_unit_test(a_page_that_crawled_is_throttled_though_no_test_page_came),
	    cmocka_unit_test(quic_that_fell_silent_is_dropped),
	    cmocka_unit_test(quic_that_answers_where_tcp_does_not_is_evidence),
	    cmocka_unit_test(a_plain_page_is_ok_but_nobody_vouches),
	    cmocka_unit_test(the_same_notice_at_strangers_servers_is_a_block_page),
	    cmocka_unit_test(customers_of_one_cdn_are_no_strangers),
	    cmocka_unit_test(what_nobodys_name_gets_too_is_no_block_page),
	    cmocka_unit_test(a_redirect_to_its_own_https_is_no_notice),
	    cmocka_unit_test(a_known_block_page_is_likely),
	    cmocka_unit_test(one_page_for_all_names_and_not_the_sites_is_a_redirect),
	    cmocka_unit_test(two_machines_of_one_site_are_no_redirect),
	    cmocka_unit_test(a_page_from_a_bogon_is_likely_a_lie),
	    cmocka_unit_test(a_host_that_fails_at_strangers_servers_is_blocked),
	    cmocka_unit_test(a_landmark_that_stumbled_first_proves_nothing),
	    cmocka_unit_test(a_redirect_to_a_notice_over_tls_is_a_block_page),
	    cmocka_unit_test(a_server_that_sends_everybody_home_is_no_kin),
	    cmocka_unit_test(only_this_host_fails_is_likely_unless_a_proxy_explains_it),
	    cmocka_unit_test(a_plain_page_that_the_vantage_gets_is_likely_cut),
	    cmocka_unit_test(geo_blocking_is_the_sites_own),
	};

	return cmocka_run_group_tests_name("verdict_http", tests, NULL, NULL);
}
