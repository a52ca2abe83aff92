/* The lab's censor does what its rules say, and nothing to anybody else. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "tests/lab/censor.h"

/* A censor with its rules, and one client in front of it. */
struct scene {
	struct arena *arena;
	struct rule rules[CENSOR_RULES];
	size_t nrules;
	struct censor *censor;
	uint16_t port; /* the client's */
	uint32_t sent, received; /* bytes of the connection */
	double now_s;
	struct decision last;
	struct buf forged[8];
	enum direction forged_to[8];
	size_t nforged;
};

static void
scene_rule(struct scene *s, const char *text)
{
	assert_null(rule_parse(&s->rules[s->nrules++], text, s->arena));
}

static void
scene_open(struct scene *s)
{
	s->censor = censor_new(s->rules, s->nrules, 1);
	s->port = 40000;
}

static int
set_up(void **state)
{
	static struct scene scene;

	scene = (struct scene){.arena = arena_new()};
	*state = &scene;
	return 0;
}

static void
forget_forged(struct scene *s)
{
	while (s->nforged > 0)
		buf_free(&s->forged[--s->nforged]);
}

static int
tear_down(void **state)
{
	struct scene *s = *state;

	forget_forged(s);
	censor_free(s->censor);
	arena_free(s->arena);
	return 0;
}

static void
keep_forged(enum direction direction, const uint8_t *data, size_t len, void *arg)
{
	struct scene *s = arg;

	s->forged[s->nforged] = (struct buf)BUF_EMPTY;
	buf_add(&s->forged[s->nforged], data, len);
	s->forged_to[s->nforged++] = direction;
}

/* Shows the censor a packet, and keeps its decision and what it forged. True when the packet passed. */
static bool
pass(struct scene *s, enum direction direction, struct buf *bytes)
{
	struct address box;
	struct packet p;
	size_t i;

	forget_forged(s);
	address_parse("100.64.0.3", &box);
	assert_true(packet_parse(&p, (const uint8_t *)bytes->data, bytes->len));
	censor_decide(s->censor, &p, direction, s->now_s, &s->last);
	for (i = 0; i < s->last.nsend; i++)
		censor_answer(i, &s->last, &p, direction, &box, keep_forged, s);
	buf_free(bytes);
	return !s->last.drop;
}

static struct packet
forged(const struct scene *s, size_t i)
{
	struct packet p;

	assert_true(i < s->nforged);
	assert_true(packet_parse(&p, (const uint8_t *)s->forged[i].data, s->forged[i].len));
	return p;
}

/* The connection's numbers begin at 1000 and 5000. */
static bool
tcp(struct scene *s, enum direction direction, const char *server, uint16_t server_port, uint8_t flags,
    const void *payload, size_t len)
{
	bool out = direction == OUTWARD;
	struct packet_plan plan = {.ttl = 60, .flags = flags};
	struct buf bytes = BUF_EMPTY;

	address_parse("192.168.1.2", out ? &plan.src : &plan.dst);
	address_parse(server, out ? &plan.dst : &plan.src);
	plan.sport = out ? s->port : server_port;
	plan.dport = out ? server_port : s->port;
	plan.seq = (out ? 1000 + s->sent : 5000 + s->received);
	plan.ack = (flags & TCP_ACK) == 0 ? 0 : out ? 5000 + s->received : 1000 + s->sent;
	packet_build_tcp(&plan, payload, len, &bytes);
	*(out ? &s->sent : &s->received) += (uint32_t)len + ((flags & TCP_SYN) != 0);
	return pass(s, direction, &bytes);
}

#define SERVER "198.18.1.1"

static bool
connect_from(struct scene *s, uint16_t port, const char *server, uint16_t server_port)
{
	s->port = port;
	s->sent = s->received = 0;
	return tcp(s, OUTWARD, server, server_port, TCP_SYN, "", 0) &&
	    tcp(s, HOMEWARD, server, server_port, TCP_SYN | TCP_ACK, "", 0) &&
	    tcp(s, OUTWARD, server, server_port, TCP_ACK, "", 0);
}

/* A small ClientHello with one extension, the name. */
static size_t
hello(const char *name, uint8_t out[256])
{
	size_t n = strlen(name), body = 2 + 32 + 1 + 2 + 2 + 1 + 1 + 2 + 9 + n, at = 0;

	memset(out, 0, 256);
	memcpy(out, "\x16\x03\x01", 3);
	out[4] = (uint8_t)(body + 4);
	out[5] = 1;
	out[8] = (uint8_t)body;
	at = 9 + 2 + 32 + 1;
	out[at + 1] = 2;
	at += 4;
	out[at] = 1;
	at += 2;
	out[at + 1] = (uint8_t)(9 + n);
	at += 2;
	out[at + 3] = (uint8_t)(5 + n);
	out[at + 5] = (uint8_t)(3 + n);
	out[at + 8] = (uint8_t)n;
	memcpy(out + at + 9, name, n);
	return at + 9 + n;
}

static bool
say_hello(struct scene *s, const char *server, const char *name)
{
	uint8_t bytes[256];

	return tcp(s, OUTWARD, server, 443, TCP_PSH | TCP_ACK, bytes, hello(name, bytes));
}

static bool
query(struct scene *s, const char *resolver, const char *label)
{
	struct packet_plan plan = {.ttl = 60, .sport = 50000, .dport = 53};
	struct buf message = BUF_EMPTY, bytes = BUF_EMPTY;

	address_parse("192.168.1.2", &plan.src);
	address_parse(resolver, &plan.dst);
	buf_add(&message, "\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00", 12);
	buf_u8(&message, (uint8_t)strlen(label));
	buf_puts(&message, label);
	buf_add(&message, "\x03lab\x00\x00\x01\x00\x01", 9);
	packet_build_udp(&plan, message.data, message.len, &bytes);
	buf_free(&message);
	return pass(s, OUTWARD, &bytes);
}

/* --- rules ----------------------------------------------------------------------------------- */

static void
a_rule_that_is_not_understood_is_refused(void **state)
{
	static const char *const wrong[] = {"sni=x.lab", "do", "sni do rst", "colour=red do rst", "sni=x.lab do explode",
	    "dst=300.1.1.1 do drop", "dst=1.2.3.4/33 do drop", "do dns=A:x", "do http=418", "do rate=fast",
	    "proto=carrier do drop", "do rst rst rst rst rst rst rst"};
	struct scene *s = *state;
	struct rule rule;
	size_t i;

	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_non_null(rule_parse(&rule, wrong[i], s->arena));
}

static void
a_pattern_is_a_name_or_all_below_it(void **state)
{
	(void)state;
	assert_true(rule_name_matches("x.lab", "x.lab"));
	assert_false(rule_name_matches("x.lab", "www.x.lab"));
	assert_true(rule_name_matches("*.x.lab", "www.x.lab"));
	assert_false(rule_name_matches("*.x.lab", "x.lab"));
	assert_false(rule_name_matches("*.x.lab", "wwwx.lab"));
}

/* --- what it does ---------------------------------------------------------------------------- */

static void
a_name_sets_off_resets_that_both_ends_will_believe(void **state)
{
	struct scene *s = *state;
	struct packet p;

	scene_rule(s, "sni=x.lab do rst");
	scene_open(s);
	assert_true(connect_from(s, 1, SERVER, 443));
	assert_true(say_hello(s, SERVER, "x.lab")); /* it goes on: the resets race */
	assert_int_equal(s->nforged, 2);
	p = forged(s, 0);
	assert_int_equal(s->forged_to[0], HOMEWARD);
	assert_true(p.flags & TCP_RST);
	assert_int_equal(p.seq, 5001); /* what the client waits for */
	assert_int_equal(p.sport, 443);
	p = forged(s, 1);
	assert_int_equal(s->forged_to[1], OUTWARD);
	assert_int_equal(p.seq, 1000 + s->sent); /* behind the hello, which arrives before */
	/* Once a connection. */
	assert_true(tcp(s, OUTWARD, SERVER, 443, TCP_ACK, "more", 4));
	assert_int_equal(s->nforged, 0);
}

static void
another_name_at_the_same_address_is_left_alone(void **state)
{
	struct scene *s = *state;

	scene_rule(s, "sni=x.lab do rst drop");
	scene_open(s);
	assert_true(connect_from(s, 1, SERVER, 443));
	assert_true(say_hello(s, SERVER, "y.lab"));
	assert_int_equal(s->nforged, 0);
	assert_true(tcp(s, HOMEWARD, SERVER, 443, TCP_ACK, "x.lab", 5));
}

static void
a_hello_in_two_segments_is_read_all_the_same(void **state)
{
	struct scene *s = *state;
	uint8_t bytes[256];
	size_t len = hello("x.lab", bytes);

	scene_rule(s, "sni=x.lab do drop");
	scene_open(s);
	assert_true(connect_from(s, 1, SERVER, 443));
	assert_true(tcp(s, OUTWARD, SERVER, 443, TCP_ACK, bytes, len - 3));
	/* Sent again, as after a loss: nothing is counted twice. */
	s->sent -= (uint32_t)len - 3;
	assert_true(tcp(s, OUTWARD, SERVER, 443, TCP_ACK, bytes, len - 3));
	assert_false(tcp(s, OUTWARD, SERVER, 443, TCP_ACK, bytes + len - 3, 3));
}

static void
a_dropped_flow_is_silent_both_ways_and_alone_in_that(void **state)
{
	struct scene *s = *state;

	scene_rule(s, "sni=x.lab do drop");
	scene_open(s);
	assert_true(connect_from(s, 1, SERVER, 443));
	assert_false(say_hello(s, SERVER, "x.lab"));
	assert_false(tcp(s, OUTWARD, SERVER, 443, TCP_ACK, "", 0));
	assert_false(tcp(s, HOMEWARD, SERVER, 443, TCP_ACK, "", 0));
	assert_true(connect_from(s, 2, SERVER, 443));
}

static void
a_port_that_is_used_again_is_another_connection(void **state)
{
	struct scene *s = *state;
	struct packet_plan plan = {.ttl = 60, .flags = TCP_SYN, .sport = 1, .dport = 443, .seq = 999999};
	struct buf bytes = BUF_EMPTY;

	scene_rule(s, "sni=x.lab do drop");
	scene_open(s);
	assert_true(connect_from(s, 1, SERVER, 443));
	assert_false(say_hello(s, SERVER, "x.lab"));
	address_parse("192.168.1.2", &plan.src);
	address_parse(SERVER, &plan.dst);
	packet_build_tcp(&plan, "", 0, &bytes);
	assert_true(pass(s, OUTWARD, &bytes));
}

static void
a_syn_is_answered_in_the_servers_name(void **state)
{
	struct scene *s = *state;
	struct packet p;

	scene_rule(s, "dst=198.18.1.0/24 syn do rst-client drop-packet");
	scene_open(s);
	assert_false(tcp(s, OUTWARD, SERVER, 443, TCP_SYN, "", 0));
	assert_int_equal(s->nforged, 1);
	p = forged(s, 0);
	assert_int_equal(p.flags, TCP_RST | TCP_ACK);
	assert_int_equal(p.ack, 1001);
	/* Each time it is sent. */
	s->sent = 0;
	assert_false(tcp(s, OUTWARD, SERVER, 443, TCP_SYN, "", 0));
	assert_int_equal(s->nforged, 1);
	s->sent = 0;
	assert_true(tcp(s, OUTWARD, "198.18.2.1", 443, TCP_SYN, "", 0));
}

static void
the_server_hello_sets_off_a_late_reset(void **state)
{
	static const char server_hello[] = "\x16\x03\x03\x00\x04\x02\x00\x00\x00";
	struct scene *s = *state;

	scene_rule(s, "sni=x.lab serverhello do rst drop");
	scene_open(s);
	assert_true(connect_from(s, 1, SERVER, 443));
	assert_true(say_hello(s, SERVER, "x.lab"));
	assert_false(tcp(s, HOMEWARD, SERVER, 443, TCP_ACK, server_hello, sizeof(server_hello) - 1));
	assert_int_equal(s->nforged, 2);
	assert_int_equal(s->forged_to[0], HOMEWARD);
	/* What was dropped never came: the client still waits for its beginning. */
	assert_int_equal(forged(s, 0).seq, 5001);
}

static void
an_alert_is_a_whole_record_with_the_end_behind_it(void **state)
{
	struct scene *s = *state;
	struct packet p;

	scene_rule(s, "sni=x.lab do alert=112 drop");
	scene_open(s);
	assert_true(connect_from(s, 1, SERVER, 443));
	assert_false(say_hello(s, SERVER, "x.lab"));
	p = forged(s, 0);
	assert_int_equal(p.payload_len, 7);
	assert_memory_equal(p.payload, "\x15\x03\x03\x00\x02\x02\x70", 7);
	assert_true(p.flags & TCP_FIN);
}

static void
a_host_is_answered_with_a_redirect(void **state)
{
	static const char get[] = "GET / HTTP/1.1\r\nHost: x.lab\r\n\r\n";
	struct scene *s = *state;
	struct packet p;

	scene_rule(s, "host=x.lab do http=302:http://203.0.113.99/");
	scene_open(s);
	assert_true(connect_from(s, 1, SERVER, 80));
	assert_true(tcp(s, OUTWARD, SERVER, 80, TCP_ACK, get, strlen(get)));
	p = forged(s, 0);
	assert_memory_equal(p.payload, "HTTP/1.1 302 Found\r\nLocation: http://203.0.113.99/\r\n", 52);
}

static void
a_query_is_answered_and_goes_on_unless_only(void **state)
{
	struct scene *s = *state;
	struct packet p;

	scene_rule(s, "qname=x.lab do dns=A:10.10.34.35");
	scene_rule(s, "qname=y.lab dst=198.51.100.8/32 do dns=nxdomain only");
	scene_open(s);
	assert_true(query(s, "203.0.113.53", "x"));
	p = forged(s, 0);
	assert_int_equal(p.sport, 53);
	assert_memory_equal(p.payload, "\x12\x34\x81\x80", 4);
	assert_true(query(s, "203.0.113.53", "x")); /* every time */
	assert_int_equal(s->nforged, 1);
	assert_false(query(s, "198.51.100.8", "y"));
	assert_int_equal(s->nforged, 1);
	assert_true(query(s, "203.0.113.53", "y"));
	assert_int_equal(s->nforged, 0);
}

static void
residual_silence_holds_for_its_time_and_port(void **state)
{
	struct scene *s = *state;

	scene_rule(s, "sni=x.lab do rst residual=10");
	scene_open(s);
	assert_true(connect_from(s, 1, SERVER, 443));
	assert_true(say_hello(s, SERVER, "x.lab"));
	s->now_s = 9.9;
	assert_false(connect_from(s, 2, SERVER, 443));
	assert_true(connect_from(s, 3, SERVER, 80));
	assert_true(connect_from(s, 4, "198.18.1.2", 443));
	s->now_s = 10.1;
	assert_true(connect_from(s, 5, SERVER, 443));
}

static void
a_cut_comes_after_its_bytes(void **state)
{
	static const char bytes[1000];
	struct scene *s = *state;

	scene_rule(s, "after_bytes=2500 do drop");
	scene_open(s);
	assert_true(connect_from(s, 1, SERVER, 443));
	assert_true(tcp(s, HOMEWARD, SERVER, 443, TCP_ACK, bytes, 1000));
	assert_true(tcp(s, HOMEWARD, SERVER, 443, TCP_ACK, bytes, 1000));
	assert_false(tcp(s, HOMEWARD, SERVER, 443, TCP_ACK, bytes, 1000));
	assert_false(tcp(s, OUTWARD, SERVER, 443, TCP_ACK, "", 0));
}

static void
a_rule_has_its_hours(void **state)
{
	struct scene *s = *state;

	scene_rule(s, "dst=foreign from=1 until=2 do drop-packet");
	scene_open(s);
	assert_true(connect_from(s, 1, SERVER, 443));
	s->now_s = 1;
	assert_false(connect_from(s, 2, SERVER, 443));
	assert_true(connect_from(s, 3, "203.0.113.80", 443)); /* domestic */
	s->now_s = 2;
	assert_true(connect_from(s, 4, SERVER, 443));
}

static void
chance_is_drawn_once_a_flow(void **state)
{
	struct scene *s = *state;
	int i, dropped = 0;

	scene_rule(s, "proto=tcp prob=0.5 do drop-packet");
	scene_open(s);
	for (i = 1; i <= 400; i++) {
		if (!connect_from(s, (uint16_t)i, SERVER, 443)) {
			dropped++;
			assert_false(tcp(s, OUTWARD, SERVER, 443, TCP_ACK, "", 0));
		} else {
			assert_true(tcp(s, OUTWARD, SERVER, 443, TCP_ACK, "", 0));
		}
	}
	assert_in_range(dropped, 140, 260); /* six standard deviations */
}

static void
a_flow_that_is_handed_over_is_found_on_its_way_home(void **state)
{
	struct scene *s = *state;

	scene_rule(s, "proto=tcp dport=443 do port=10443");
	scene_open(s);
	assert_true(tcp(s, OUTWARD, SERVER, 443, TCP_SYN, "", 0));
	assert_int_equal(s->last.flow->handed_to, 10443);
	assert_true(tcp(s, HOMEWARD, SERVER, 10443, TCP_SYN | TCP_ACK, "", 0));
	assert_non_null(s->last.flow);
	assert_int_equal(s->last.flow->server_port, 443);
}

static void
a_shaper_lets_bytes_through_one_after_the_other(void **state)
{
	struct shaper shaper = {.kbit = 8}; /* a byte a millisecond */

	(void)state;
	assert_int_equal(shaper_pass(&shaper, 0, 100), 100 * 1000000);
	assert_int_equal(shaper_pass(&shaper, 0, 100), 200 * 1000000);
	assert_int_equal(shaper_pass(&shaper, 1000 * 1000000, 1), 1001 * 1000000);
}

static void
flows_with_one_address_share_their_rate(void **state)
{
	struct scene *s = *state;
	struct shaper *first;

	scene_rule(s, "dst=198.18.1.1 do rate-dst=32");
	scene_rule(s, "sni=x.lab do rate=24");
	scene_open(s);
	assert_true(connect_from(s, 1, SERVER, 443));
	first = s->last.flow->shared;
	assert_true(connect_from(s, 2, SERVER, 443));
	assert_non_null(first);
	assert_ptr_equal(s->last.flow->shared, first);
	assert_true(first->kbit == 32);
	assert_true(connect_from(s, 3, "198.18.1.2", 443));
	assert_null(s->last.flow->shared);
	assert_true(say_hello(s, "198.18.1.2", "x.lab"));
	assert_true(s->last.flow->shaper.kbit == 24);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_rule_that_is_not_understood_is_refused),
	    TEST(a_pattern_is_a_name_or_all_below_it),
	    TEST(a_name_sets_off_resets_that_both_ends_will_believe),
	    TEST(another_name_at_the_same_address_is_left_alone),
	    TEST(a_hello_in_two_segments_is_read_all_the_same),
	    TEST(a_dropped_flow_is_silent_both_ways_and_alone_in_that),
	    TEST(a_port_that_is_used_again_is_another_connection),
	    TEST(a_syn_is_answered_in_the_servers_name),
	    TEST(the_server_hello_sets_off_a_late_reset),
	    TEST(an_alert_is_a_whole_record_with_the_end_behind_it),
	    TEST(a_host_is_answered_with_a_redirect),
	    TEST(a_query_is_answered_and_goes_on_unless_only),
	    TEST(residual_silence_holds_for_its_time_and_port),
	    TEST(a_cut_comes_after_its_bytes),
	    TEST(a_rule_has_its_hours),
	    TEST(chance_is_drawn_once_a_flow),
	    TEST(a_flow_that_is_handed_over_is_found_on_its_way_home),
	    TEST(a_shaper_lets_bytes_through_one_after_the_other),
	    TEST(flows_with_one_address_share_their_rate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
