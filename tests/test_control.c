/* What the parts of netvane control promise that need no network: whom it serves how often, and where it goes. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include <event2/util.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <sys/socket.h>

#include "base/mem.h"
#include "probe/control_answer.h"
#include "probe/control_policy.h"
#include "probe/ip_prefix.h"
#include "probe/neighbours.h"
#include "probe/rate.h"
#include "results/failure.h"
#include "results/measurement.h"
#include "results/vantage.h"
#include "targets/target.h"

static const int64_t second = 1000000000;

/* --- how often ------------------------------------------------------------------------------- */

static void
a_client_has_so_many_a_minute(void **state)
{
	struct rate *rate = rate_new(3, 100);
	int64_t start = 7 * second;
	int i;

	(void)state;
	for (i = 0; i < 3; i++)
		assert_int_equal(rate_ask(rate, "192.0.2.1", start + i * second), 0);
	assert_int_equal(rate_ask(rate, "192.0.2.1", start + 10 * second), 50);
	assert_int_equal(rate_ask(rate, "192.0.2.2", start + 10 * second), 0);
	assert_int_equal(rate_ask(rate, "192.0.2.1", start + 60 * second - 1), 1);
	assert_int_equal(rate_ask(rate, "192.0.2.1", start + 60 * second), 0);
	rate_free(rate);
}

static void
all_together_have_so_many(void **state)
{
	struct rate *rate = rate_new(3, 4);
	char client[32];
	int i;

	(void)state;
	for (i = 0; i < 4; i++) {
		snprintf(client, sizeof(client), "192.0.2.%d", i);
		assert_int_equal(rate_ask(rate, client, second), 0);
	}
	assert_int_equal(rate_ask(rate, "192.0.2.9", second), 60);
	assert_int_equal(rate_ask(rate, "192.0.2.9", 61 * second), 0);
	rate_free(rate);
}

static void
a_client_on_IPv6_is_its_network(void **state)
{
	struct rate *rate = rate_new(1, 100);

	(void)state;
	assert_int_equal(rate_ask(rate, "2001:db8::1", second), 0);
	assert_int_not_equal(rate_ask(rate, "2001:db8::2", second), 0);
	assert_int_equal(rate_ask(rate, "2001:db8:0:1::1", second), 0);
	assert_int_equal(rate_ask(rate, "::ffff:192.0.2.1", second), 0);
	assert_int_equal(rate_ask(rate, "::ffff:192.0.2.2", second), 0);
	rate_free(rate);
}

static void
a_client_is_known_in_any_form(void **state)
{
	uint8_t a[RATE_KEY], b[RATE_KEY];

	(void)state;
	rate_key("2001:db8::1", a);
	rate_key("2001:DB8:0:0:ffff::2", b);
	assert_memory_equal(a, b, RATE_KEY);
	rate_key("2001:db8:0:1::1", b);
	assert_memory_not_equal(a, b, RATE_KEY);
	rate_key("192.0.2.1", a);
	rate_key("192.0.2.2", b);
	assert_memory_not_equal(a, b, RATE_KEY);
}

/* --- where ----------------------------------------------------------------------------------- */

static void
it_goes_only_where_public_sites_are(void **state)
{
	static const struct ip_prefix near[] = {{{198, 51, 100, 20}, AF_INET, 32},
	    {{0x20, 0x01, 0x0d, 0xb8, 0, 5}, AF_INET6, 64}};
	struct control_policy policy = {.near = near, .nnear = 2};
	static const char *const good[] = {"8.8.8.8", "203.0.113.1", "192.0.2.1", "198.51.100.1",
	    "168.63.129.17", "192.0.1.1", "198.20.0.1", "198.51.100.21", "2001:db8::1", "2001:db8:5:1::20", "100:0:0:1::1",
	    "64:ff9b::808:808", "2002:808:808::1"};
	static const char *const bad[] = {"127.0.0.1", "10.0.0.1", "169.254.169.254", "192.168.1.1",
	    "0.0.0.0", "255.255.255.255", "::", "::1", "fe80::1", "fd00::1", "ff02::1",
	    "::ffff:10.0.0.1", "::10.0.0.1", "64:ff9b::10.0.0.1", "2002:a00:1::1", "198.51.100.20",
	    "2001:db8:5::20", "2001:DB8:5:0:0::20", "2001:db8:5::ffff:1", "fe80::1%lo", "site.test", "",
	    /* Its own in another form, and a form in which no site has its address. */
	    "::ffff:198.51.100.20", "::ffff:c633:6414", "::198.51.100.20", "64:ff9b::c633:6414",
	    "2002:c633:6414::1", "::ffff:8.8.8.8",
	    /* What is nobody's, or somebody's own. */
	    "168.63.129.16", "192.0.0.1", "192.0.0.255", "198.18.0.1", "198.19.255.255",
	    "64:ff9b:1::808:808", "64:ff9b:1:ffff::1", "100::1", "fec0::1", "feff::1",
	    "64:ff9b::198.18.0.1", "2002:a83f:8110::1"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		if (!control_may_go_to(&policy, good[i]))
			fail_msg("%s", good[i]);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (control_may_go_to(&policy, bad[i]))
			fail_msg("%s", bad[i]);
	policy.allow_private = true;
	assert_true(control_may_go_to(&policy, "127.0.0.1"));
	assert_true(control_may_go_to(&policy, "::ffff:198.51.100.20"));
	assert_false(control_may_go_to(&policy, "site.test"));
}

/* --- neighbours ------------------------------------------------------------------------------ */

struct interface {
	const char *own, *mask, *other; /* other: NULL none */
	unsigned flags;
};

static struct sockaddr *
socket_address(struct sockaddr_storage *sa, const char *text)
{
	int len = sizeof(*sa);

	if (text == NULL)
		return NULL;
	assert_int_equal(evutil_parse_sockaddr_port(text, (struct sockaddr *)sa, &len), 0);
	return (struct sockaddr *)sa;
}

/* Whether a helper with that interface goes there. */
static bool
goes_to(const struct interface *at, const char *ip)
{
	struct sockaddr_storage own, mask, other;
	struct ifaddrs of = {.ifa_addr = socket_address(&own, at->own), .ifa_flags = at->flags,
	    .ifa_netmask = socket_address(&mask, at->mask)};
	struct neighbours n = {NULL, 0};
	struct control_policy policy = {.allow_private = false};
	bool goes;

	of.ifa_dstaddr = socket_address(&other, at->other);
	neighbours_add(&n, &of);
	policy.near = n.prefixes;
	policy.nnear = n.n;
	goes = control_may_go_to(&policy, ip);
	neighbours_clear(&n);
	return goes;
}

static void
it_goes_to_none_of_its_neighbours(void **state)
{
	static const struct interface home6 = {"2001:db8:1:2::20", "ffff:ffff:ffff:ffff::", NULL, IFF_BROADCAST},
	    dhcp6 = {"2001:db8:1:2::20", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NULL, IFF_BROADCAST},
	    tunnel6 = {"2001:db8:1:2::20", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NULL, IFF_POINTOPOINT},
	    lan = {"203.0.113.20", "255.255.255.240", "203.0.113.31", IFF_BROADCAST},
	    alone = {"203.0.113.20", "255.255.255.255", NULL, IFF_BROADCAST},
	    line = {"203.0.113.20", "255.255.255.255", "198.51.100.1", IFF_POINTOPOINT},
	    world = {"203.0.113.20", "0.0.0.0", "198.51.100.1", IFF_POINTOPOINT},
	    bare = {"203.0.113.20", NULL, NULL, 0};
	static const struct {
		const struct interface *at;
		const char *ip;
		bool goes;
	} cases[] = {{&home6, "2001:db8:1:2::20", false}, {&home6, "2001:db8:1:2:ffff::1", false},
	    {&home6, "2001:db8:1:3::1", true}, {&dhcp6, "2001:db8:1:2::7", false},
	    {&dhcp6, "2001:db8:1:3::1", true}, {&tunnel6, "2001:db8:1:2::20", false},
	    {&tunnel6, "2001:db8:1:2::7", true}, {&lan, "203.0.113.20", false},
	    {&lan, "203.0.113.17", false}, {&lan, "203.0.113.15", true}, {&lan, "203.0.113.32", true},
	    {&lan, "2002:cb00:7111::1", false}, {&alone, "203.0.113.20", false},
	    {&alone, "203.0.113.21", true}, {&line, "203.0.113.20", false},
	    {&line, "198.51.100.1", false}, {&line, "198.51.100.2", true},
	    {&world, "203.0.113.20", false}, {&world, "8.8.8.8", true}, {&bare, "203.0.113.20", false},
	    {&bare, "203.0.113.21", true}};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (goes_to(cases[i].at, cases[i].ip) != cases[i].goes)
			fail_msg("%s from %s", cases[i].ip, cases[i].at->own);
}

static void
it_goes_to_ports_for_pages(void **state)
{
	static const struct {
		const char *url;
		bool refused;
	} cases[] = {{"https://site.test/", false}, {"http://site.test/", false},
	    {"http://site.test:443/", false}, {"https://site.test:8443/", false},
	    {"http://site.test:25/", true}, {"http://site.test:1023/", true},
	    {"http://10.0.0.1/", true}, {"http://[::1]/", true},
	    {"http://[::ffff:8.8.8.8]/", true}, {"http://8.8.8.8/", false}};
	struct control_policy policy = {.allow_private = false};
	char error[TARGET_ERROR_SIZE];
	struct target target;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(target_parse(cases[i].url, &target, error), 0);
		if ((control_refuses(&policy, &target) != NULL) != cases[i].refused)
			fail_msg("%s", cases[i].url);
		target_clear(&target);
	}
	assert_true(control_may_use_port(80, 8443) && control_may_use_port(8443, 8443));
	assert_false(control_may_use_port(22, 8443));
}

/* --- what it says ---------------------------------------------------------------------------- */

static struct common
tagged(struct measurement *m, const char *tag)
{
	struct common c = {0};

	*ARENA_PUSH(m->arena, c.tags, c.ntags) = arena_strdup(m->arena, tag);
	return c;
}

static void
add_query(struct measurement *m, const char *type, const char *failure, const char *address)
{
	struct query *q = ARENA_PUSH(m->arena, m->queries, m->nqueries);

	q->c = tagged(m, "depth=0");
	q->query_type = arena_strdup(m->arena, type);
	q->failure = failure;
	if (address != NULL)
		ARENA_PUSH(m->arena, q->answers, q->nanswers)->address =
		    arena_strdup(m->arena, address);
}

static void
add_tcp(struct measurement *m, const char *tag, const char *ip, const char *failure)
{
	struct tcp_connect *tcp = ARENA_PUSH(m->arena, m->tcp, m->ntcp);

	tcp->c = tagged(m, tag);
	tcp->ip = arena_strdup(m->arena, ip);
	tcp->port = 80;
	tcp->failure = failure;
}

static void
failures_have_their_old_names(void **state)
{
	static const struct {
		const char *failure, *dns, *http;
	} cases[] = {
	    {"dns_nxdomain_error", "dns_name_error", "dns_lookup_error"},
	    {"dns_no_answer", NULL, "dns_lookup_error"},
	    {"dns_servfail_error", "dns_server_failure", "dns_lookup_error"},
	    {"dns_refused_error", "dns_server_failure", "dns_lookup_error"},
	    {"generic_timeout_error", "unknown_error", "generic_timeout_error"},
	};
	const struct vantage *v;
	struct measurement *m;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		m = measurement_new();
		add_query(m, "A", cases[i].failure, NULL);
		add_query(m, "AAAA", "dns_no_answer", NULL);
		v = control_answer(m, NULL, 0);
		if (cases[i].dns == NULL)
			assert_null(v->dns_failure);
		else
			assert_string_equal(v->dns_failure, cases[i].dns);
		assert_string_equal(v->http.failure, cases[i].http);
		assert_int_equal(v->naddrs, 0);
		measurement_free(m);
	}
}

static void
add_query_of(struct measurement *m, enum resolver_role role, const char *failure, int rcode)
{
	add_query(m, "A", failure, NULL);
	m->queries[m->nqueries - 1].role = role;
	m->queries[m->nqueries - 1].rcode = rcode;
}

/* "It has no address" is a finding, and must not come of a question that nobody answered. */
static void
a_reply_says_more_of_a_name_than_silence(void **state)
{
	struct measurement *m = measurement_new();
	const struct vantage *v;

	(void)state;
	add_query_of(m, RESOLVER_DOH, "unknown_failure: doh: the resolver has no address", -1);
	add_query_of(m, RESOLVER_SYSTEM, "generic_timeout_error", -1);
	add_query(m, "AAAA", "dns_no_answer", NULL);
	assert_string_equal(control_answer(m, NULL, 0)->dns_failure, "unknown_error");
	add_query_of(m, RESOLVER_SECOND, "dns_nxdomain_error", 3);
	assert_string_equal(control_answer(m, NULL, 0)->dns_failure, "dns_name_error");
	add_query_of(m, RESOLVER_SYSTEM, "dns_servfail_error", 2);
	assert_string_equal(control_answer(m, NULL, 0)->dns_failure, "dns_server_failure");
	measurement_free(m);
	m = measurement_new();
	add_query_of(m, RESOLVER_SYSTEM, "interrupted", -1);
	v = control_answer(m, NULL, 0);
	assert_string_equal(v->dns_failure, "unknown_error");
	assert_string_equal(v->http.failure, "generic_timeout_error");
	measurement_free(m);
}

/* An endpoint that our own time limit cut off has not failed. */
static void
what_was_cut_short_is_not_told(void **state)
{
	struct measurement *m = measurement_new();
	const struct vantage *v;

	(void)state;
	add_query(m, "A", NULL, "203.0.113.1");
	add_query(m, "AAAA", "dns_no_answer", NULL);
	add_tcp(m, control_endpoint_tag, "203.0.113.1", "interrupted");
	add_tcp(m, "depth=0", "203.0.113.2", "connection_reset");
	add_tcp(m, control_endpoint_tag, "203.0.113.2", NULL);
	add_tcp(m, control_endpoint_tag, "203.0.113.3", "host_unreachable");
	add_tcp(m, "depth=1", "203.0.113.4", NULL);
	v = control_answer(m, NULL, 0);
	assert_null(v->dns_failure);
	assert_null(vantage_tcp(v, "203.0.113.1:80"));
	assert_true(vantage_tcp(v, "203.0.113.2:80")->status);
	assert_null(vantage_tcp(v, "203.0.113.2:80")->failure);
	assert_string_equal(vantage_tcp(v, "203.0.113.3:80")->failure, "connect_error");
	assert_null(vantage_tcp(v, "203.0.113.4:80"));
	assert_int_equal(vantage_ip(v, "203.0.113.1")->flags, VANTAGE_IP_HELPER);
	measurement_free(m);
}

/* Nor has one for which this machine had no socket, or a page on the way to which it had none. */
static void
what_this_machine_lacked_is_not_told(void **state)
{
	static const int lacks[] = {EMFILE, ENFILE, ENOBUFS, ENOMEM, EADDRNOTAVAIL};
	const struct vantage *v;
	const char *failure;
	struct measurement *m;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(lacks) / sizeof(lacks[0]); i++) {
		m = measurement_new();
		failure = failure_of_errno(m->arena, lacks[i]);
		add_query(m, "A", NULL, "203.0.113.1");
		add_tcp(m, "depth=0", "203.0.113.2", "connection_reset");
		add_tcp(m, control_endpoint_tag, "203.0.113.3", failure);
		v = control_answer(m, NULL, 0);
		assert_non_null(v);
		assert_null(vantage_tcp(v, "203.0.113.3:80"));
		assert_false(vantage_tcp(v, "203.0.113.2:80")->status);
		assert_string_equal(v->http.failure, "unknown_error");
		/* The page might have come from there. */
		add_tcp(m, "depth=0", "203.0.113.1", failure);
		assert_null(control_answer(m, NULL, 0));
		measurement_free(m);

		m = measurement_new();
		add_query(m, "A", failure_of_errno(m->arena, lacks[i]), NULL);
		assert_null(control_answer(m, NULL, 0));
		add_query_of(m, RESOLVER_SECOND, "dns_nxdomain_error", 3);
		assert_string_equal(control_answer(m, NULL, 0)->dns_failure, "dns_name_error");
		measurement_free(m);

		m = measurement_new();
		ARENA_PUSH(m->arena, m->requests, m->nrequests)->failure =
		    failure_of_errno(m->arena, lacks[i]);
		assert_null(control_answer(m, NULL, 0));
		measurement_free(m);
	}
}

static void
an_IPv6_that_is_switched_off_hides_no_failure(void **state)
{
	struct measurement *m = measurement_new();
	const struct vantage *v;

	(void)state;
	add_query(m, "A", NULL, "203.0.113.1");
	add_tcp(m, "depth=0", "203.0.113.1", "connection_refused");
	add_tcp(m, "depth=0", "2001:db8::1", "address_not_available");
	v = control_answer(m, NULL, 0);
	assert_non_null(v);
	assert_string_equal(v->http.failure, "connection_refused_error");
	assert_null(vantage_tcp(v, "[2001:db8::1]:80"));
	measurement_free(m);
	m = measurement_new();
	add_query(m, "AAAA", NULL, "2001:db8::1");
	add_tcp(m, "depth=0", "2001:db8::1", "address_not_available");
	assert_null(control_answer(m, NULL, 0));
	measurement_free(m);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_client_has_so_many_a_minute),
	    cmocka_unit_test(all_together_have_so_many),
	    cmocka_unit_test(a_client_on_IPv6_is_its_network),
	    cmocka_unit_test(a_client_is_known_in_any_form),
	    cmocka_unit_test(it_goes_only_where_public_sites_are),
	    cmocka_unit_test(it_goes_to_none_of_its_neighbours),
	    cmocka_unit_test(it_goes_to_ports_for_pages),
	    cmocka_unit_test(failures_have_their_old_names),
	    cmocka_unit_test(a_reply_says_more_of_a_name_than_silence),
	    cmocka_unit_test(what_was_cut_short_is_not_told),
	    cmocka_unit_test(what_this_machine_lacked_is_not_told),
	    cmocka_unit_test(an_IPv6_that_is_switched_off_hides_no_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
