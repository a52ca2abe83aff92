/* What one DNS query finds out and records, whatever the other side does. peer_dns is the other
 * side. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>
#include <event2/event.h>

#include "base/mem.h"
#include "probe/check_dns.h"
#include "probe/conf.h"
#include "probe/limiter.h"
#include "probe/lookup.h"
#include "probe/probe.h"
#include "probe/resolver.h"

static const char *const rules[] = {
    "a.test=A:192.0.2.1,192.0.2.2",
    "six.test=AAAA:2001:db8::1",
    "alias.test=CNAME:cdn.test+A:192.0.2.3",
    "empty.test=empty",
    "refused.test=refused",
    "servfail.test=servfail",
    "silent.test=silent",
    "malformed.test=malformed",
    "loop.test=cnameloop",
    "big.test=big",
    "tc.test=truncate/A:192.0.2.4",
    "cut.test=cut/A:192.0.2.4",
    "mute.test=tcp-silent/A:192.0.2.4",
    "noedns.test=noedns/A:192.0.2.5",
    "lower.test=lower/A:192.0.2.6",
    "wrongid.test=wrongid/A:192.0.2.7",
    "id.test=wrongid-first/A:192.0.2.7",
    "question.test=wrongquestion-first/A:192.0.2.8",
    "garbage.test=malformed-first/A:192.0.2.9",
    "flood.test=flood/A:192.0.2.10",
    "two.test=two/A:10.10.34.34/A:192.0.2.11",
};

enum { RULES = sizeof(rules) / sizeof(rules[0]) };

struct fixture {
	pid_t peer;
	int peer_stdin;
	struct conf conf;
	struct probe probe;
	struct measurement *m;
	struct resolver resolver;
	char address[64];
	int done; /* how many checks came to their end */
};

/* Runs tests/peer_dns with the rules above; returns its port. */
static unsigned
peer_start(struct fixture *f, const char *option)
{
	const char *dir = getenv("top_builddir");
	char path[4096], *argv[RULES + 3] = {path, NULL};
	int in[2], out[2], argc = 1, i;
	unsigned port = 0;
	FILE *lines;

	snprintf(path, sizeof(path), "%s/tests/peer_dns", dir != NULL ? dir : ".");
	if (option != NULL)
		argv[argc++] = xstrdup(option);
	for (i = 0; i < RULES; i++)
		argv[argc++] = xstrdup(rules[i]);
	argv[argc] = NULL;
	assert_int_equal(pipe(in) | pipe(out), 0);
	f->peer = fork();
	if (f->peer == 0) {
		dup2(in[0], STDIN_FILENO);
		dup2(out[1], STDOUT_FILENO);
		close(in[1]);
		execv(path, argv);
		perror(path);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	f->peer_stdin = in[1];
	lines = fdopen(out[0], "r");
	if (fscanf(lines, "%u", &port) != 1)
		fail_msg("%s did not start", path);
	fclose(lines);
	while (argc > 1)
		free(argv[--argc]);
	return port;
}

static void
peer_stop(struct fixture *f)
{
	int status;

	close(f->peer_stdin);
	assert_int_equal(waitpid(f->peer, &status, 0), f->peer);
	assert_int_equal(status, 0);
}

static void
resolver_set(struct fixture *f, const char *host, unsigned port)
{
	snprintf(f->address, sizeof(f->address), "%s:%u", host, port);
	f->resolver.address = f->address;
	assert_int_equal(resolver_parse(f->address, &f->resolver.sa, &f->resolver.salen), 0);
}

static int
setup_with(void **state, const char *option)
{
	struct fixture *f = xcalloc(1, sizeof(*f));

	resolver_set(f, "127.0.0.1", peer_start(f, option));
	f->resolver.role = RESOLVER_SYSTEM;
	f->conf.dns_ms = 5000;
	f->conf.listen_ms = 60;
	f->conf.scale = 1;
	f->probe.base = event_base_new();
	f->probe.conf = &f->conf;
	f->probe.dns = limiter_new(f->probe.base, 10);
	f->m = measurement_new();
	*state = f;
	return 0;
}

static int
setup(void **state)
{
	return setup_with(state, NULL);
}

static int
setup_without_tcp(void **state)
{
	return setup_with(state, "-u");
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	limiter_free(f->probe.dns);
	event_base_free(f->probe.base);
	measurement_free(f->m);
	peer_stop(f);
	free(f);
	return 0;
}

static void
done(struct check *check, void *arg)
{
	struct fixture *f = arg;
	const struct query *q = check_dns_result(check);

	f->done++;
	if (check->failure == NULL)
		assert_null(q->failure);
	else
		assert_string_equal(q->failure, check->failure);
}

static struct check *
start(struct fixture *f, const char *name, enum dns_type type)
{
	struct check *check = check_dns_new(&f->probe, f->m, &f->resolver, name, type, done, f);

	check_start(check);
	return check;
}

/* Runs the loop until so many checks are done. */
static void
run(struct fixture *f, int wanted)
{
	while (f->done < wanted)
		assert_int_equal(event_base_loop(f->probe.base, EVLOOP_ONCE), 0);
}

/* Asks, and returns the query recorded. */
static const struct query *
ask(struct fixture *f, const char *name, enum dns_type type)
{
	start(f, name, type);
	run(f, f->done + 1);
	assert_true(f->m->nqueries > 0);
	return &f->m->queries[f->m->nqueries - 1];
}

static const struct query *
ask_a(struct fixture *f, const char *name)
{
	return ask(f, name, DNS_TYPE_A);
}

static void
expect_kinds(const struct query *q, const char *first, const char *second)
{
	assert_int_equal(q->ndatagrams, second == NULL ? 1 : 2);
	assert_string_equal(q->datagrams[0].kind, first);
	if (second != NULL)
		assert_string_equal(q->datagrams[1].kind, second);
}

static void
an_answer_is_recorded_with_all_that_is_known_of_it(void **state)
{
	struct fixture *f = *state;
	const struct query *q = ask_a(f, "a.test");

	assert_null(q->failure);
	assert_string_equal(q->engine, "system");
	assert_string_equal(q->transport, "udp");
	assert_string_equal(q->hostname, "a.test");
	assert_string_equal(q->query_type, "A");
	assert_string_equal(q->resolver_address, f->address);
	assert_int_equal(q->rcode, 0);
	assert_int_equal(q->nanswers, 2);
	assert_string_equal(q->answers[0].address, "192.0.2.1");
	assert_string_equal(q->answers[1].address, "192.0.2.2");
	assert_int_equal(q->answers[1].ttl, 300);
	assert_int_equal(q->c.transaction_id, 1);
	expect_kinds(q, "answer", NULL);
	assert_int_equal(q->datagrams[0].rcode, 0);
	assert_true(q->datagrams[0].ip_ttl > 0);
	assert_false(q->datagrams[0].case_mismatch);
	assert_int_equal(q->raw_response.len, q->datagrams[0].bytes.len);
	assert_true(q->c.t0 <= q->datagrams[0].t && q->datagrams[0].t <= q->c.t);
	assert_int_equal(f->probe.bytes_in, q->raw_response.len);
	assert_int_equal(f->probe.bytes_out, 12 + 8 + 4 + 11);
}

static void
events_tell_the_query_s_story(void **state)
{
	static const char *const story[] = {
	    "resolve_start", "write_to", "read_from", "resolve_done"};
	struct fixture *f = *state;
	size_t i;

	ask_a(f, "a.test");
	assert_int_equal(f->m->nevents, 4);
	for (i = 0; i < 4; i++) {
		assert_string_equal(f->m->events[i].operation, story[i]);
		assert_string_equal(f->m->events[i].proto, "udp");
		assert_string_equal(f->m->events[i].address, f->address);
		assert_int_equal(f->m->events[i].c.transaction_id, 1);
	}
	assert_int_equal(f->m->events[1].num_bytes, f->probe.bytes_out);
	assert_int_equal(f->m->events[2].num_bytes, f->probe.bytes_in);
}

static void
aaaa_and_aliases_are_listed(void **state)
{
	struct fixture *f = *state;
	const struct query *q = ask(f, "six.test", DNS_TYPE_AAAA);

	assert_null(q->failure);
	assert_string_equal(q->query_type, "AAAA");
	assert_string_equal(q->answers[0].address, "2001:db8::1");
	q = ask_a(f, "alias.test");
	assert_null(q->failure);
	assert_string_equal(q->answers[0].type, "CNAME");
	assert_string_equal(q->answers[0].hostname, "cdn.test");
	assert_string_equal(q->answers[1].address, "192.0.2.3");
}

static void
errors_have_ooni_s_names(void **state)
{
	static const struct {
		const char *name, *failure;
		int rcode;
	} cases[] = {
	    {"no-such-name.test", "dns_nxdomain_error", 3},
	    {"refused.test", "dns_refused_error", 5},
	    {"servfail.test", "dns_servfail_error", 2},
	    {"empty.test", "dns_no_answer", 0},
	    {"six.test", "dns_no_answer", 0},
	    {"loop.test", "dns_no_answer", 0},
	};
	struct fixture *f = *state;
	const struct query *q;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		q = ask_a(f, cases[i].name);
		assert_string_equal(q->failure, cases[i].failure);
		assert_int_equal(q->rcode, cases[i].rcode);
		assert_true(q->raw_response.len > 0);
	}
	assert_int_equal(q->nanswers, 2); /* the loop */
}

static void
silence_is_a_timeout(void **state)
{
	struct fixture *f = *state;
	const struct query *q;

	f->conf.dns_ms = 100;
	q = ask_a(f, "silent.test");
	assert_string_equal(q->failure, "generic_timeout_error");
	assert_int_equal(q->rcode, -1);
	assert_int_equal(q->ndatagrams, 0);
	assert_true(q->c.t - q->c.t0 > 0.09);
}

static void
a_closed_port_is_connection_refused(void **state)
{
	struct fixture *f = *state;
	struct sockaddr_in sin = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t len = sizeof(sin);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&sin, len), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&sin, &len), 0);
	close(fd);
	resolver_set(f, "127.0.0.1", ntohs(sin.sin_port));
	assert_string_equal(ask_a(f, "a.test")->failure, "connection_refused");
}

static void
what_is_no_answer_is_recorded_and_passed_over(void **state)
{
	static const struct {
		const char *name, *kind, *address;
	} cases[] = {
	    {"id.test", "wrong_id", "192.0.2.7"},
	    {"question.test", "wrong_question", "192.0.2.8"},
	    {"garbage.test", "malformed", "192.0.2.9"},
	};
	struct fixture *f = *state;
	const struct query *q;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		q = ask_a(f, cases[i].name);
		assert_null(q->failure);
		assert_string_equal(q->answers[0].address, cases[i].address);
		expect_kinds(q, cases[i].kind, "answer");
		assert_memory_equal(
		    q->raw_response.data, q->datagrams[1].bytes.data, q->raw_response.len);
	}
	assert_int_equal(f->m->nduplicates, 0);
}

static void
nothing_but_wrong_ids_or_garbage_has_a_name_of_its_own(void **state)
{
	struct fixture *f = *state;
	const struct query *q;

	f->conf.dns_ms = 100;
	q = ask_a(f, "wrongid.test");
	assert_string_equal(q->failure, "dns_reply_with_wrong_query_id");
	expect_kinds(q, "wrong_id", NULL);
	q = ask_a(f, "malformed.test");
	assert_string_equal(q->failure, "dns_server_misbehaving");
	expect_kinds(q, "malformed", NULL);
	assert_int_equal(q->raw_response.len, 0);
}

static void
a_second_answer_is_heard_and_kept(void **state)
{
	struct fixture *f = *state;
	const struct query *q = ask_a(f, "two.test"), *second = f->m->duplicates;

	assert_null(q->failure);
	assert_int_equal(q->nanswers, 1);
	assert_string_equal(q->answers[0].address, "10.10.34.34");
	expect_kinds(q, "answer", "duplicate");
	assert_int_equal(f->m->nduplicates, 1);
	assert_string_equal(second->answers[0].address, "192.0.2.11");
	assert_string_equal(second->hostname, "two.test");
	assert_int_equal(second->c.transaction_id, q->c.transaction_id);
	assert_true(second->c.t >= q->c.t);
	assert_int_equal(second->ndatagrams, 0);
	assert_memory_equal(
	    second->raw_response.data, q->datagrams[1].bytes.data, second->raw_response.len);
}

static void
a_truncated_answer_is_fetched_over_tcp(void **state)
{
	struct fixture *f = *state;
	const struct query *q = ask_a(f, "tc.test");

	assert_null(q->failure);
	assert_string_equal(q->engine, "system");
	assert_string_equal(q->transport, "tcp");
	assert_string_equal(q->answers[0].address, "192.0.2.4");
	expect_kinds(q, "truncated", "answer");
	assert_int_equal(q->datagrams[1].ip_ttl, -1);
	f->resolver.role = RESOLVER_SECOND;
	assert_string_equal(ask_a(f, "tc.test")->engine, "tcp");
	assert_string_equal(ask_a(f, "a.test")->engine, "udp");
}

static void
tcp_that_fails_gives_its_own_failure(void **state)
{
	struct fixture *f = *state;
	const struct query *q = ask_a(f, "cut.test");

	assert_string_equal(q->failure, "eof_error");
	expect_kinds(q, "truncated", NULL);
	f->conf.dns_ms = 100;
	assert_string_equal(ask_a(f, "mute.test")->failure, "generic_timeout_error");
}

static void
tcp_that_is_refused_is_connection_refused(void **state)
{
	const struct query *q = ask_a(*state, "tc.test");

	assert_string_equal(q->failure, "connection_refused");
	assert_string_equal(q->transport, "tcp");
	expect_kinds(q, "truncated", NULL);
}

static void
a_server_without_edns_is_asked_again_without(void **state)
{
	struct fixture *f = *state;
	const struct query *q = ask_a(f, "noedns.test");

	assert_null(q->failure);
	assert_string_equal(q->answers[0].address, "192.0.2.5");
	expect_kinds(q, "edns_refused", "answer");
	assert_int_equal(f->m->nqueries, 1);
}

static void
the_last_attempt_goes_without_edns(void **state)
{
	struct fixture *f = *state;
	struct check *check =
	    check_dns_new(&f->probe, f->m, &f->resolver, "noedns.test", DNS_TYPE_A, done, f);

	check->attempt = 3;
	check_start(check);
	run(f, 1);
	assert_null(f->m->queries[0].failure);
	expect_kinds(&f->m->queries[0], "answer", NULL);
}

static void
a_lost_case_is_valid_and_noted(void **state)
{
	struct fixture *f = *state;
	const struct query *q;
	int noted = 0, i;

	for (i = 0; i < 4; i++) { /* a name that is lower case by chance is no finding */
		q = ask_a(f, "lower.test");
		assert_null(q->failure);
		noted += q->datagrams[0].case_mismatch;
	}
	assert_true(noted > 0);
}

static void
ids_are_not_the_same_each_time(void **state)
{
	struct fixture *f = *state;
	size_t differ = 0, i;

	for (i = 0; i < 5; i++)
		ask_a(f, "a.test");
	for (i = 1; i < 5; i++)
		differ += memcmp(f->m->queries[0].raw_response.data,
		              f->m->queries[i].raw_response.data, 2) != 0;
	assert_true(differ > 0);
}

static void
an_answer_of_10000_bytes_is_kept_whole(void **state)
{
	const struct query *q = ask_a(*state, "big.test");

	assert_null(q->failure);
	assert_true(q->raw_response.len >= 10000);
	assert_true(q->nanswers > 300);
}

static void
a_flood_is_counted_and_does_not_hide_the_answer(void **state)
{
	struct fixture *f = *state;
	const struct query *q = ask_a(f, "flood.test");

	assert_null(q->failure);
	assert_string_equal(q->answers[0].address, "192.0.2.10");
	assert_int_equal(q->ndatagrams, LOOKUP_DATAGRAMS_MAX + 1);
	assert_int_equal(q->datagrams_dropped, 120 - LOOKUP_DATAGRAMS_MAX);
	assert_true(f->m->nevents <= LOOKUP_DATAGRAMS_MAX + 4);
}

static void
a_resolver_over_ipv6_is_asked_too(void **state)
{
	struct fixture *f = *state;
	const struct query *q;
	int fd = socket(AF_INET6, SOCK_DGRAM, 0);
	struct sockaddr_in6 sin6 = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	bool ip6 = fd >= 0 && bind(fd, (struct sockaddr *)&sin6, sizeof(sin6)) == 0;

	if (fd >= 0)
		close(fd);
	if (!ip6) {
		print_message("# no IPv6 on loopback\n");
		skip();
	}
	peer_stop(f);
	resolver_set(f, "[::1]", peer_start(f, "-6"));
	q = ask_a(f, "a.test");
	assert_null(q->failure);
	assert_true(q->datagrams[0].ip_ttl > 0);
	assert_string_equal(ask_a(f, "tc.test")->transport, "tcp");
}

static void
what_is_no_name_is_not_asked(void **state)
{
	struct fixture *f = *state;

	assert_string_equal(ask_a(f, "a..test")->failure, "invalid_argument");
	assert_int_equal(f->probe.bytes_out, 0);
}

/* Runs the loop until the query has been sent. */
static void
run_until_sent(struct fixture *f)
{
	while (f->probe.bytes_out == 0)
		assert_int_equal(event_base_loop(f->probe.base, EVLOOP_ONCE), 0);
}

static void
run_until_answered(struct fixture *f)
{
	while (f->probe.bytes_in == 0)
		assert_int_equal(event_base_loop(f->probe.base, EVLOOP_ONCE), 0);
}

static void
a_cancelled_check_leaves_no_query(void **state)
{
	struct fixture *f = *state;

	check_cancel(check_dns_new(
	    &f->probe, f->m, &f->resolver, "a.test", DNS_TYPE_A, done, f)); /* not started */
	check_cancel(start(f, "a.test", DNS_TYPE_A)); /* waiting for its turn */
	event_base_dispatch(f->probe.base);
	assert_int_equal(f->probe.bytes_out, 0);
	assert_int_equal(f->done, 0);
	assert_int_equal(f->m->nqueries, 0);
}

static void
a_check_can_be_cancelled_in_flight_and_while_it_listens(void **state)
{
	struct fixture *f = *state;
	struct check *check = start(f, "silent.test", DNS_TYPE_A);

	run_until_sent(f);
	check_cancel(check);
	check_cancel(check);
	event_base_dispatch(f->probe.base);
	f->conf.listen_ms = 60000;
	check = start(f, "two.test", DNS_TYPE_A);
	run_until_answered(f);
	check_cancel(check);
	event_base_dispatch(f->probe.base);
	check = start(f, "mute.test", DNS_TYPE_A);
	f->probe.bytes_in = 0;
	run_until_answered(f);
	check_cancel(check);
	event_base_dispatch(f->probe.base);
	assert_int_equal(f->done, 0);
	assert_int_equal(f->m->nqueries, 0);
	assert_int_equal(f->m->nduplicates, 0);
}

static void
an_answer_stands_when_the_check_is_ended_while_it_listens(void **state)
{
	struct fixture *f = *state;
	struct check *check;

	f->conf.listen_ms = 60000;
	check = start(f, "a.test", DNS_TYPE_A);
	run_until_answered(f);
	check_finish(check, "generic_timeout_error");
	run(f, 1);
	assert_null(f->m->queries[0].failure);
	assert_int_equal(f->m->queries[0].nanswers, 2);
}

static void
a_query_that_never_got_its_turn_did_not_time_out(void **state)
{
	struct fixture *f = *state;

	check_finish(start(f, "a.test", DNS_TYPE_A), "generic_timeout_error");
	run(f, 1);
	assert_string_equal(f->m->queries[0].failure, "interrupted");
	assert_int_equal(f->m->nevents, 0);
}

static void
the_time_spent_waiting_for_a_turn_does_not_count(void **state)
{
	struct fixture *f = *state;

	limiter_free(f->probe.dns);
	f->probe.dns = limiter_new(f->probe.base, 1);
	f->conf.dns_ms = 60;
	start(f, "silent.test", DNS_TYPE_A);
	start(f, "silent.test", DNS_TYPE_AAAA);
	start(f, "a.test", DNS_TYPE_A);
	run(f, 3);
	assert_string_equal(f->m->queries[0].failure, "generic_timeout_error");
	assert_string_equal(f->m->queries[1].failure, "generic_timeout_error");
	assert_null(f->m->queries[2].failure);
	assert_true(f->m->queries[1].c.t0 >= f->m->queries[0].c.t);
	assert_true(f->m->queries[2].c.t0 >= f->m->queries[1].c.t);
}

static void
listening_for_more_keeps_nobody_waiting(void **state)
{
	struct fixture *f = *state;

	limiter_free(f->probe.dns);
	f->probe.dns = limiter_new(f->probe.base, 1);
	f->conf.listen_ms = 1000;
	start(f, "a.test", DNS_TYPE_A);
	start(f, "tc.test", DNS_TYPE_A);
	start(f, "a.test", DNS_TYPE_A);
	run(f, 3);
	assert_true(f->m->queries[2].c.t - f->m->queries[0].c.t0 < 0.9);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(an_answer_is_recorded_with_all_that_is_known_of_it),
	    TEST(events_tell_the_query_s_story),
	    TEST(aaaa_and_aliases_are_listed),
	    TEST(errors_have_ooni_s_names),
	    TEST(silence_is_a_timeout),
	    TEST(a_closed_port_is_connection_refused),
	    TEST(what_is_no_answer_is_recorded_and_passed_over),
	    TEST(nothing_but_wrong_ids_or_garbage_has_a_name_of_its_own),
	    TEST(a_second_answer_is_heard_and_kept),
	    TEST(a_truncated_answer_is_fetched_over_tcp),
	    TEST(tcp_that_fails_gives_its_own_failure),
	    cmocka_unit_test_setup_teardown(
	        tcp_that_is_refused_is_connection_refused, setup_without_tcp, teardown),
	    TEST(a_server_without_edns_is_asked_again_without),
	    TEST(the_last_attempt_goes_without_edns),
	    TEST(a_lost_case_is_valid_and_noted),
	    TEST(ids_are_not_the_same_each_time),
	    TEST(an_answer_of_10000_bytes_is_kept_whole),
	    TEST(a_flood_is_counted_and_does_not_hide_the_answer),
	    TEST(a_resolver_over_ipv6_is_asked_too),
	    TEST(what_is_no_name_is_not_asked),
	    TEST(a_cancelled_check_leaves_no_query),
	    TEST(a_check_can_be_cancelled_in_flight_and_while_it_listens),
	    TEST(an_answer_stands_when_the_check_is_ended_while_it_listens),
	    TEST(a_query_that_never_got_its_turn_did_not_time_out),
	    TEST(the_time_spent_waiting_for_a_turn_does_not_count),
	    TEST(listening_for_more_keeps_nobody_waiting),
	};

	return cmocka_run_group_tests_name("check_dns", tests, NULL, NULL);
}
