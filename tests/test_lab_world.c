/* What the lab's world promises: who is where, what its resolvers say, and which lies a scenario
 * may order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "probe/dnswire.h"
#include "results/measurement.h"
#include "tests/lab/world.h"
#include "tests/lab/world_certs.h"
#include "tests/lab/world_dns.h"
#include "tests/lab/world_doh.h"
#include "tests/lab/world_quic.h"
#include "tests/lab/world_request.h"
#include "tests/lab/world_tls.h"

static int
set_up(void **state)
{
	*state = world_new(false);
	return 0;
}

static int
tear_down(void **state)
{
	world_free(*state);
	return 0;
}

/* ---- The default world ---------------------------------------------------------------------- */

static void
every_site_has_an_address_and_a_name_of_its_own(void **state)
{
	const struct world *world = *state;
	size_t i;

	assert_true(world->nsites > 35);
	for (i = 0; i < world->nsites; i++) {
		const struct site *site = &world->sites[i];

		assert_true(site->naddresses > 0);
		assert_ptr_equal(world_site_named(world, site->name), site);
		assert_ptr_equal(world_site_at(world, &site->addresses[0].ip, site->name), site);
		assert_non_null(world_default_at(world, &site->addresses[0].ip));
		assert_true(
		    strstr(site->name, ".lab") != NULL || strstr(site->name, ".kz") != NULL);
	}
}

static void
domestic_sites_have_domestic_addresses(void **state)
{
	const struct world *world = *state;
	struct world_ip net;
	size_t i;

	world_ip_parse(&net, "203.0.113.0");
	for (i = 0; i < world->nsites; i++) {
		const struct site *site = &world->sites[i];

		if (strcmp(site->name, "portal.lab") != 0)
			assert_int_equal(strstr(site->name, ".kz") != NULL,
			    memcmp(site->addresses[0].ip.bytes, net.bytes, 15) == 0);
	}
}

static void
a_site_is_found_by_its_name_only_at_its_addresses(void **state)
{
	const struct world *world = *state;
	struct world_ip ip, other;

	world_ip_parse(&ip, "198.18.1.1");
	world_ip_parse(&other, "198.18.1.2");
	assert_non_null(world_site_at(world, &ip, "WWW.News1.lab"));
	assert_null(world_site_at(world, &other, "news1.lab"));
	assert_null(world_site_at(world, &ip, "news2.lab"));
	assert_null(world_site_at(world, &ip, NULL));
	assert_string_equal(world_default_at(world, &other)->name, "news2.lab");
	world_ip_parse(&other, "198.18.99.99");
	assert_null(world_default_at(world, &other));
}

/* ---- [world] -------------------------------------------------------------------------------- */

static void
a_scenario_changes_a_site(void **state)
{
	struct world *world = *state;
	const struct site *site = world_site_named(world, "news2.lab");

	assert_null(world_set(world, "site",
	    "news2.lab cert=expired  down=silent flaky=0.3 tls=reset:all slow=64 ip6=none"));
	assert_ptr_equal(site->cert, cert_kind_find("expired"));
	assert_int_equal(site->down, DOWN_SILENT);
	assert_true(site->flaky > 0.29 && site->flaky < 0.31);
	assert_int_equal(site->stranger, STRANGER_RESET);
	assert_int_equal(site->stranger_who, WHO_ALL);
	assert_int_equal(site->slow_kbit, 64);
	assert_int_equal(site->naddresses, 1);
}

static void
a_scenario_adds_sites_at_places_of_their_own(void **state)
{
	struct world *world = *state;
	const struct site *a, *b;

	assert_null(world_set(world, "site", "new1.lab"));
	assert_null(world_set(world, "site", "new2.lab ip=198.18.50.1,198.18.50.2"));
	a = world_site_named(world, "new1.lab");
	b = world_site_named(world, "new2.lab");
	assert_ptr_equal(world_default_at(world, &a->addresses[0].ip), a);
	assert_int_equal(b->naddresses, 2);
	assert_ptr_equal(world_default_at(world, &b->addresses[1].ip), b);
}

static void
a_clean_world_has_the_sites_without_the_faults(void **state)
{
	struct world *world = world_new(true);
	const struct site *site;
	struct world_ip moved;

	(void)state;
	assert_null(world_set(world, "site",
	    "new1.lab plain=yes moved=198.18.50.9 cert=expired down=noname http=403"));
	assert_null(world_set(world, "resolver", "lie=news1.lab:nxdomain dead"));
	assert_null(world_set(world, "forge", "names=* style=qaznet"));
	site = world_site_named(world, "new1.lab");
	world_ip_parse(&moved, "198.18.50.9");
	assert_false(world_ip_equal(&site->addresses[0].ip, &moved));
	assert_true(site->plain);
	assert_int_equal(site->down, DOWN_NO);
	assert_ptr_equal(site->cert, cert_kind_find("good"));
	assert_int_equal(world_resolver_named(world, "isp")->nlies, 0);
	assert_false(world_resolver_named(world, "isp")->dead);
	assert_null(world_forge_for(world, "news1.lab"));
	world_free(world);
}

static void
what_is_not_understood_is_said(void **state)
{
	static const struct {
		const char *key, *value;
	} wrong[] = {
	    {"sight", "news1.lab"},
	    {"site", "news1.lab cert=perfect"},
	    {"site", "news1.lab ip=198.18.0"},
	    {"site", "news1.lab ip=2001:db8::1"},
	    {"site", "news1.lab flaky=1.5"},
	    {"site", "news1.lab flaky"},
	    {"site", "news1.lab tls=reset:some"},
	    {"site", "news1.lab http=size=-1"},
	    {"site", "news1.lab dead=198.18.1.2"},
	    {"site", "news1.lab colour=red"},
	    {"resolver", "lie=news1.lab"},
	    {"resolver", "lie=news1.lab:A:nowhere"},
	    {"resolver", "lie=news1.lab:perjury"},
	    {"resolver", "slow=fast"},
	    {"resolver", "untrusted"},
	    {"doh", "doh1.lab"},
	    {"doh", "doh9.lab off"},
	    {"forge", "names=*"},
	    {"forge", "names=* style=baroque"},
	    {"forge", "style=qaznet"},
	    {"forge", "names=* style=qaznet prob=2"},
	    {"blockpage", "tls=good"},
	};
	size_t i;

	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		if (world_set(*state, wrong[i].key, wrong[i].value) == NULL)
			fail_msg("%s = %s was taken", wrong[i].key, wrong[i].value);
}

static void
forgers_take_the_names_they_are_told(void **state)
{
	struct world *world = *state;

	assert_null(world_set(world, "forge", "names=news1.lab,news2.lab style=qaznet prob=0.5"));
	assert_string_equal(world_forge_for(world, "NEWS2.lab")->style, "qaznet");
	assert_null(world_forge_for(world, "news3.lab"));
	assert_null(world_forge_for(world, ""));
	assert_null(world_set(world, "forge", "names=* style=antivirus"));
	assert_string_equal(world_forge_for(world, "")->style, "antivirus");
}

static void
every_scenario_is_understood(void **state)
{
	const char *top = getenv("top_srcdir");
	char *pattern = xasprintf("%s/tests/lab/scenarios/*.ini", top != NULL ? top : ".");
	glob_t found;
	size_t i;

	(void)state;
	assert_int_equal(glob(pattern, 0, NULL, &found), 0);
	assert_true(found.gl_pathc > 70);
	for (i = 0; i < found.gl_pathc; i++) {
		struct world *world = world_new(false);

		if (world_read(world, found.gl_pathv[i]) != 0)
			fail_msg("%s", found.gl_pathv[i]);
		world_free(world);
	}
	globfree(&found);
	free(pattern);
}

/* ---- Resolvers ------------------------------------------------------------------------------ */

/* What this resolver says, as the probe reads it; texts last until the next call. */
static struct dns_reply
ask(const struct world *world, const char *resolver, const char *name, enum dns_type type)
{
	static struct arena *arena;
	const uint8_t random[DNS_RANDOM_SIZE] = {0x12, 0x34, 0x55, 0x55};
	struct buf query = BUF_EMPTY, answer = BUF_EMPTY;
	struct dns_question q;
	struct dns_reply reply;

	arena_free(arena);
	arena = arena_new();
	assert_int_equal(dns_question_init(&q, name, type), 0);
	dns_question_randomize(&q, random);
	dns_question_write(&q, true, &query);
	assert_int_equal(dns_answer(world, world_resolver_named(world, resolver), query.data,
	                     query.len, DNS_ANSWER_UDP, &answer),
	    DNS_ANSWERED);
	dns_reply_read(&reply, &q, answer.data, answer.len, arena);
	buf_free(&query);
	buf_free(&answer);
	return reply;
}

static enum dns_outcome
outcome_of(const struct world *world, const char *resolver, const char *name)
{
	struct buf query = BUF_EMPTY, answer = BUF_EMPTY;
	struct dns_question q;
	enum dns_outcome outcome;

	dns_question_init(&q, name, DNS_TYPE_A);
	dns_question_write(&q, false, &query);
	outcome = dns_answer(world, world_resolver_named(world, resolver), query.data, query.len,
	    DNS_ANSWER_UDP, &answer);
	buf_free(&query);
	buf_free(&answer);
	return outcome;
}

static void
resolvers_tell_the_truth(void **state)
{
	struct dns_reply reply = ask(*state, "isp", "news2.lab", DNS_TYPE_A);

	assert_int_equal(reply.kind, DNS_VALID);
	assert_true(reply.edns);
	assert_false(reply.case_mismatch);
	assert_int_equal(reply.nmatching, 1);
	assert_string_equal(reply.answers[0].address, "198.18.1.2");
	reply = ask(*state, "public1", "news2.lab", DNS_TYPE_AAAA);
	assert_string_equal(reply.answers[0].address, "2001:db8:100::1:2");
	reply = ask(*state, "isp", "news1.lab", DNS_TYPE_AAAA);
	assert_int_equal(reply.rcode, 0);
	assert_int_equal(reply.nanswers, 0);
	reply = ask(*state, "isp", "nobody.lab", DNS_TYPE_A);
	assert_int_equal(reply.rcode, DNS_RCODE_NXDOMAIN);
}

static void
www_is_an_alias(void **state)
{
	struct dns_reply reply = ask(*state, "isp", "www.news1.lab", DNS_TYPE_A);

	assert_int_equal(reply.nanswers, 2);
	assert_string_equal(reply.answers[0].type, "CNAME");
	assert_string_equal(reply.answers[0].hostname, "news1.lab");
	assert_string_equal(reply.answers[1].address, "198.18.1.1");
}

static void
a_cdn_gives_everybody_other_addresses(void **state)
{
	static const char *const resolvers[] = {"isp", "public1", "doh1.lab"};
	static const char *const wanted[] = {"198.19.0.11", "198.19.0.13", "198.19.0.15"};
	struct dns_reply reply;
	size_t i;

	for (i = 0; i < 3; i++) {
		reply = ask(*state, resolvers[i], "cdn3.lab", DNS_TYPE_A);
		assert_int_equal(reply.nmatching, 2);
		assert_string_equal(reply.answers[0].address, wanted[i]);
	}
}

static void
lies_are_told_by_those_who_are_told_to(void **state)
{
	static const struct {
		const char *kind;
		int rcode;
	} kinds[] = {{"nxdomain", 3}, {"refused", 5}, {"servfail", 2}, {"empty", 0}};
	struct world *world = *state;
	struct dns_reply reply;
	char *line;
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		line = xasprintf("lie=news%zu.lab:%s", i + 1, kinds[i].kind);
		assert_null(world_set(world, "resolver", line));
		free(line);
		line = xasprintf("news%zu.lab", i + 1);
		reply = ask(world, "isp", line, DNS_TYPE_A);
		assert_int_equal(reply.kind, DNS_VALID);
		assert_int_equal(reply.rcode, kinds[i].rcode);
		assert_int_equal(reply.nanswers, 0);
		reply = ask(world, "public1", line, DNS_TYPE_A);
		assert_int_equal(reply.nmatching, 1);
		free(line);
	}
}

static void
a_lie_may_be_an_address(void **state)
{
	struct dns_reply reply;

	assert_null(world_set(*state, "resolver", "lie=news1.lab:A:127.0.0.1"));
	reply = ask(*state, "isp", "news1.lab", DNS_TYPE_A);
	assert_string_equal(reply.answers[0].address, "127.0.0.1");
	reply = ask(*state, "isp", "www.news1.lab", DNS_TYPE_A);
	assert_string_equal(reply.answers[0].address, "127.0.0.1");
	reply = ask(*state, "isp", "news1.lab", DNS_TYPE_AAAA);
	assert_int_equal(reply.nanswers, 0);
}

static void
traps_are_malformed(void **state)
{
	assert_null(world_set(*state, "resolver", "lie=news1.lab:loop lie=news2.lab:garbage"));
	assert_int_equal(ask(*state, "isp", "news1.lab", DNS_TYPE_A).kind, DNS_MALFORMED);
	assert_int_equal(ask(*state, "isp", "news2.lab", DNS_TYPE_A).kind, DNS_MALFORMED);
}

static void
some_say_nothing(void **state)
{
	assert_null(world_set(*state, "resolver", "lie=news1.lab:silence"));
	assert_null(world_set(*state, "public", "dead"));
	assert_int_equal(outcome_of(*state, "isp", "news1.lab"), DNS_SILENCE);
	assert_int_equal(outcome_of(*state, "isp", "news2.lab"), DNS_ANSWERED);
	assert_int_equal(outcome_of(*state, "public2", "news2.lab"), DNS_SILENCE);
}

static void
a_wildcard_answers_what_does_not_exist(void **state)
{
	struct dns_reply reply;

	assert_null(world_set(*state, "resolver", "wildcard=203.0.113.99"));
	assert_null(world_set(*state, "site", "news1.lab down=noname"));
	reply = ask(*state, "isp", "news1.lab", DNS_TYPE_A);
	assert_string_equal(reply.answers[0].address, "203.0.113.99");
	reply = ask(*state, "isp", "news2.lab", DNS_TYPE_A);
	assert_string_equal(reply.answers[0].address, "198.18.1.2");
	assert_int_equal(
	    ask(*state, "doh1.lab", "news1.lab", DNS_TYPE_A).rcode, DNS_RCODE_NXDOMAIN);
}

static void
what_does_not_fit_is_truncated(void **state)
{
	struct buf query = BUF_EMPTY, answer = BUF_EMPTY;
	struct world *world = *state;
	struct dns_question q;

	dns_question_init(&q, "cdn1.lab", DNS_TYPE_A);
	dns_question_write(&q, false, &query);
	assert_int_equal(dns_answer(world, world_resolver_named(world, "isp"), query.data,
	                     query.len, 60, &answer),
	    DNS_ANSWERED);
	assert_int_equal(answer.data[2] & 2, 2);
	assert_int_equal(answer.len, query.len);
	buf_free(&query);
	buf_free(&answer);
}

static void
over_https_it_takes_get_and_post(void **state)
{
	struct buf query = BUF_EMPTY, answer = BUF_EMPTY, target = BUF_EMPTY;
	const struct resolver *resolver = world_resolver_named(*state, "doh1.lab");
	struct request request = {.method = "POST", .target = "/dns-query"};
	struct dns_question q;

	dns_question_init(&q, "news1.lab", DNS_TYPE_A);
	dns_question_write(&q, false, &query);
	assert_true(doh_is_query(&request));
	assert_true(doh_answer(*state, resolver, &request, &query, &answer));
	assert_true(answer.len > query.len);
	buf_clear(&answer);
	buf_puts(&target, "/dns-query?dns=");
	buf_base64(&target, query.data, query.len);
	strcpy(request.method, "GET");
	snprintf(request.target, sizeof(request.target), "%.*s",
	    (int)strcspn(buf_str(&target) + 15, "=") + 15, buf_str(&target));
	buf_clear(&query);
	assert_true(doh_answer(*state, resolver, &request, &query, &answer));
	assert_true(answer.len > 12);
	strcpy(request.target, "/dns-query?dns=AAAA");
	assert_false(doh_answer(*state, resolver, &request, &query, &answer));
	strcpy(request.target, "/dns-queryx");
	assert_false(doh_is_query(&request));
	buf_free(&target);
	buf_free(&query);
	buf_free(&answer);
}

/* ---- Other bytes from outside --------------------------------------------------------------- */

static enum request_state
read_text(struct request *request, const char *text)
{
	return request_read(request, text, strlen(text));
}

static void
requests_are_read(void **state)
{
	struct request request;

	(void)state;
	assert_int_equal(read_text(&request, "GET /a?b HTTP/1.1\r\nHost: news1.lab:8080\r\n"
	                                     "Content-Length: 12\r\n\r\nmore"),
	    REQUEST_WHOLE);
	assert_string_equal(request.method, "GET");
	assert_string_equal(request.target, "/a?b");
	assert_string_equal(request.host, "news1.lab");
	assert_int_equal(request.body_len, 12);
	assert_true(request.keep_alive);
	assert_int_equal(read_text(&request, "GET http://x.lab/y HTTP/1.0\r\n\r\n"), REQUEST_WHOLE);
	assert_string_equal(request.target, "/y");
	assert_false(request.keep_alive);
	assert_int_equal(
	    read_text(&request, "GET / HTTP/1.1\r\nConnection: close\r\n\r\n"), REQUEST_WHOLE);
	assert_false(request.keep_alive);
	assert_int_equal(read_text(&request, "GET / HTTP/1.1\r\nHost: x"), REQUEST_PARTIAL);
}

static void
requests_that_are_none_are_refused(void **state)
{
	static const char *const bad[] = {"\r\n\r\n", "GET\r\n\r\n", "GET /\r\n\r\n",
	    "GET / HTTP/2\r\n\r\n", "GET / HTTP/1.1\r\nno colon\r\n\r\n",
	    "POST / HTTP/1.1\r\nContent-Length: 1x\r\n\r\n",
	    "POST / HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n",
	    "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"};
	struct request request;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(read_text(&request, bad[i]), REQUEST_BAD);
}

static void
server_names_are_read(void **state)
{
	char name[TLS_NAME_MAX];

	(void)state;
	tls_server_name((const uint8_t *)"\0\x0c\0\0\x09news1.lab", 14, name);
	assert_string_equal(name, "news1.lab");
	tls_server_name((const uint8_t *)"\0\x0c\0\0\x0anews1.lab", 14, name);
	assert_string_equal(name, "");
	tls_server_name((const uint8_t *)"\0\x0c\1\0\x09news1.lab", 14, name);
	assert_string_equal(name, "");
	tls_server_name((const uint8_t *)"\0\x0c\0\0\x09news\0.lab", 14, name);
	assert_string_equal(name, "");
}

static void
quic_offers_its_versions_to_who_asks_for_another(void **state)
{
	uint8_t packet[1200] = {
	    0xc0, 0x1a, 0x2a, 0x3a, 0x4a, 4, 'd', 'e', 's', 't', 3, 's', 'r', 'c'};
	struct buf out = BUF_EMPTY;

	(void)state;
	assert_true(quic_negotiate(packet, sizeof(packet), &out));
	assert_int_equal(out.len, 1 + 4 + 1 + 3 + 1 + 4 + 2 * 4);
	assert_memory_equal(out.data + 1, "\0\0\0\0\3src\4dest\0\0\0\1", 17);
	assert_false(quic_negotiate(packet, sizeof(packet) - 1, &out));
	packet[0] = 0x40;
	assert_false(quic_negotiate(packet, sizeof(packet), &out));
	buf_free(&out);
}

int
main(void)
{
#define WITH_WORLD(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    WITH_WORLD(every_site_has_an_address_and_a_name_of_its_own),
	    WITH_WORLD(domestic_sites_have_domestic_addresses),
	    WITH_WORLD(a_site_is_found_by_its_name_only_at_its_addresses),
	    WITH_WORLD(a_scenario_changes_a_site),
	    WITH_WORLD(a_scenario_adds_sites_at_places_of_their_own),
	    cmocka_unit_test(a_clean_world_has_the_sites_without_the_faults),
	    WITH_WORLD(what_is_not_understood_is_said),
	    WITH_WORLD(forgers_take_the_names_they_are_told),
	    cmocka_unit_test(every_scenario_is_understood),
	    WITH_WORLD(resolvers_tell_the_truth),
	    WITH_WORLD(www_is_an_alias),
	    WITH_WORLD(a_cdn_gives_everybody_other_addresses),
	    WITH_WORLD(lies_are_told_by_those_who_are_told_to),
	    WITH_WORLD(a_lie_may_be_an_address),
	    WITH_WORLD(traps_are_malformed),
	    WITH_WORLD(some_say_nothing),
	    WITH_WORLD(a_wildcard_answers_what_does_not_exist),
	    WITH_WORLD(what_does_not_fit_is_truncated),
	    WITH_WORLD(over_https_it_takes_get_and_post),
	    cmocka_unit_test(requests_are_read),
	    cmocka_unit_test(requests_that_are_none_are_refused),
	    cmocka_unit_test(server_names_are_read),
	    cmocka_unit_test(quic_offers_its_versions_to_who_asks_for_another),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
