/* What the reader of DNS replies promises. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "probe/dnswire.h"
#include "results/measurement.h"

enum { ID = 0x1234, TXT = 16, OPT = 41, TC = 0x0200, MANY = 700 };

/* The question's name, as every message below can point to it. */
static const uint8_t asked[] = {0xc0, 12};

struct fixture {
	struct arena *arena;
	struct dns_question q;
	struct buf msg;
	struct dns_reply reply;
};

static int
setup(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));

	f->arena = arena_new();
	dns_question_init(&f->q, "www.example.com", DNS_TYPE_A);
	f->q.id = ID;
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	arena_free(f->arena);
	buf_free(&f->msg);
	free(f);
	return 0;
}

/* A header and the question that was asked. */
static void
begin(struct fixture *f, unsigned flags, uint16_t answers, uint16_t additional)
{
	buf_clear(&f->msg);
	buf_u16(&f->msg, f->q.id);
	buf_u16(&f->msg, (uint16_t)(0x8180 | flags));
	buf_u16(&f->msg, 1);
	buf_u16(&f->msg, answers);
	buf_u16(&f->msg, 0);
	buf_u16(&f->msg, additional);
	buf_add(&f->msg, f->q.name.wire, f->q.name.len);
	buf_u16(&f->msg, f->q.type);
	buf_u16(&f->msg, 1);
}

static void
record(struct fixture *f, const void *owner, size_t ownerlen, uint16_t type, uint32_t ttl,
    const void *data, size_t len)
{
	buf_add(&f->msg, owner, ownerlen);
	buf_u16(&f->msg, type);
	buf_u16(&f->msg, 1);
	buf_u32(&f->msg, ttl);
	buf_u16(&f->msg, (uint16_t)len);
	buf_add(&f->msg, data, len);
}

static void
record_a(struct fixture *f, const char *owner, const char *ip)
{
	struct dns_name name;

	dns_name_parse(&name, owner);
	record(f, name.wire, name.len, DNS_TYPE_A, 300, ip, 4);
}

static void
record_cname(struct fixture *f, const char *owner, const char *target)
{
	struct dns_name from, to;

	dns_name_parse(&from, owner);
	dns_name_parse(&to, target);
	record(f, from.wire, from.len, DNS_TYPE_CNAME, 300, to.wire, to.len);
}

static enum dns_kind
reply_len(struct fixture *f, size_t len)
{
	/* A copy of just that size, so that a sanitizer sees a read past the end. */
	void *copy = xmemdup(f->msg.data, len);

	dns_reply_read(&f->reply, &f->q, copy, len, f->arena);
	free(copy);
	return f->reply.kind;
}

static enum dns_kind
reply(struct fixture *f)
{
	return reply_len(f, f->msg.len);
}

static void
a_question_is_written_as_rfc_1035_has_it(void **state)
{
	static const char wire[] = "\x12\x34\1\0\0\1\0\0\0\0\0\0"
	                           "\3www\7example\3com\0\0\1\0\1";
	struct fixture *f = *state;

	dns_question_write(&f->q, false, &f->msg);
	assert_int_equal(f->msg.len, sizeof(wire) - 1);
	assert_memory_equal(f->msg.data, wire, sizeof(wire) - 1);
}

static void
edns_adds_an_opt_record_for_1232_bytes(void **state)
{
	static const char opt[] = "\0\0\51\4\320\0\0\0\0\0\0";
	struct fixture *f = *state;

	dns_question_write(&f->q, true, &f->msg);
	assert_int_equal(f->msg.data[11], 1);
	assert_memory_equal(f->msg.data + f->msg.len - 11, opt, 11);
}

static void
what_is_no_dns_name_is_refused(void **state)
{
	static const char label63[] =
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
	struct dns_question q;
	char *name;

	(void)state;
	assert_int_equal(strlen(label63), 63);
	assert_int_equal(dns_question_init(&q, "", DNS_TYPE_A), -1);
	assert_int_equal(dns_question_init(&q, "a..b", DNS_TYPE_A), -1);
	assert_int_equal(dns_question_init(&q, ".a", DNS_TYPE_A), -1);
	name = xasprintf("%sa.x", label63);
	assert_int_equal(dns_question_init(&q, name, DNS_TYPE_A), -1);
	free(name);
	name = xasprintf("%s.%s.%s.%.61s", label63, label63, label63, label63);
	assert_int_equal(dns_question_init(&q, name, DNS_TYPE_A), 0);
	assert_int_equal(q.name.len, DNS_NAME_MAX);
	free(name);
	name = xasprintf("%s.%s.%s.%.62s", label63, label63, label63, label63);
	assert_int_equal(dns_question_init(&q, name, DNS_TYPE_A), -1);
	free(name);
}

static void
random_bits_choose_the_id_and_the_case_only(void **state)
{
	struct fixture *f = *state;
	struct dns_question before = f->q;
	uint8_t random[DNS_RANDOM_SIZE];

	memset(random, 0xff, sizeof(random));
	dns_question_randomize(&f->q, random);
	assert_int_equal(f->q.id, 0xffff);
	assert_memory_equal(f->q.name.wire, "\3WWW\7EXAMPLE\3COM", f->q.name.len);
	assert_true(dns_name_equal(&f->q.name, &before.name));
	memset(random, 0, sizeof(random));
	dns_question_randomize(&f->q, random);
	assert_memory_equal(f->q.name.wire, before.name.wire, before.name.len);
}

static void
addresses_are_listed_with_their_ttl(void **state)
{
	struct fixture *f = *state;

	begin(f, 0, 2, 0);
	record(f, asked, 2, DNS_TYPE_A, 60, "\300\0\2\1", 4);
	record(f, asked, 2, DNS_TYPE_A, 0xffffffff, "\300\0\2\2", 4);
	assert_int_equal(reply(f), DNS_VALID);
	assert_int_equal(f->reply.rcode, 0);
	assert_int_equal(f->reply.nanswers, 2);
	assert_int_equal(f->reply.nmatching, 2);
	assert_string_equal(f->reply.answers[0].type, "A");
	assert_string_equal(f->reply.answers[0].address, "192.0.2.1");
	assert_int_equal(f->reply.answers[0].ttl, 60);
	assert_string_equal(f->reply.answers[1].address, "192.0.2.2");
	assert_int_equal(f->reply.answers[1].ttl, 0xffffffff);
}

static void
ipv6_addresses_are_listed(void **state)
{
	static const char ip[16] = "\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0\1";
	struct fixture *f = *state;

	f->q.type = DNS_TYPE_AAAA;
	begin(f, 0, 1, 0);
	record(f, asked, 2, DNS_TYPE_AAAA, 60, ip, 16);
	assert_int_equal(reply(f), DNS_VALID);
	assert_string_equal(f->reply.answers[0].type, "AAAA");
	assert_string_equal(f->reply.answers[0].address, "2001:db8::1");
}

static void
aliases_are_followed_in_whatever_order_they_come(void **state)
{
	struct fixture *f = *state;

	begin(f, 0, 3, 0);
	record_a(f, "edge.example.net", "\300\0\2\1");
	record_cname(f, "CDN.example.net", "edge.EXAMPLE.net");
	record_cname(f, "www.example.com", "cdn.example.net");
	assert_int_equal(reply(f), DNS_VALID);
	assert_int_equal(f->reply.nanswers, 3);
	assert_int_equal(f->reply.nmatching, 1);
	assert_string_equal(f->reply.answers[2].type, "CNAME");
	assert_string_equal(f->reply.answers[2].hostname, "cdn.example.net");
}

static void
records_of_other_names_are_left_out(void **state)
{
	struct fixture *f = *state;

	begin(f, 0, 2, 0);
	record_a(f, "www.example.org", "\300\0\2\1");
	record_cname(f, "www.example.org", "www.example.com");
	assert_int_equal(reply(f), DNS_VALID);
	assert_int_equal(f->reply.nanswers, 0);
}

static void
a_loop_of_aliases_ends_without_an_address(void **state)
{
	struct fixture *f = *state;

	begin(f, 0, 2, 0);
	record_cname(f, "www.example.com", "b.example.com");
	record_cname(f, "b.example.com", "www.example.com");
	assert_int_equal(reply(f), DNS_VALID);
	assert_int_equal(f->reply.nanswers, 2);
	assert_int_equal(f->reply.nmatching, 0);
}

static void
an_endless_chain_of_aliases_is_not_followed_to_its_end(void **state)
{
	struct fixture *f = *state;
	char from[32] = "www.example.com", to[32];
	int i;

	begin(f, 0, 41, 0);
	for (i = 0; i < 40; i++) {
		snprintf(to, sizeof(to), "n%d.example.com", i);
		record_cname(f, from, to);
		memcpy(from, to, sizeof(from));
	}
	record_a(f, to, "\300\0\2\1");
	assert_int_equal(reply(f), DNS_VALID);
	assert_int_equal(f->reply.nmatching, 0);
	assert_true(f->reply.nanswers < 40);
}

static void
other_types_are_named(void **state)
{
	struct fixture *f = *state;

	begin(f, 0, 2, 0);
	record(f, asked, 2, TXT, 60, "\3abc", 4);
	record(f, asked, 2, 1234, 60, "", 0);
	assert_int_equal(reply(f), DNS_VALID);
	assert_string_equal(f->reply.answers[0].type, "TXT");
	assert_string_equal(f->reply.answers[1].type, "TYPE1234");
	assert_null(f->reply.answers[1].address);
	assert_int_equal(f->reply.nmatching, 0);
}

static void
odd_bytes_in_names_are_escaped(void **state)
{
	struct fixture *f = *state;

	begin(f, 0, 1, 0);
	record(f, asked, 2, DNS_TYPE_CNAME, 60, "\5a.\\ \377\1b\0", 9);
	assert_int_equal(reply(f), DNS_VALID);
	assert_string_equal(f->reply.answers[0].hostname, "a\\.\\\\\\032\\255.b");
}

static void
another_id_is_a_wrong_id(void **state)
{
	struct fixture *f = *state;

	begin(f, 3, 0, 0);
	f->q.id++;
	assert_int_equal(reply(f), DNS_WRONG_ID);
	assert_int_equal(f->reply.rcode, 3);
}

static void
another_name_type_or_class_is_a_wrong_question(void **state)
{
	struct fixture *f = *state;

	begin(f, 0, 0, 0);
	f->msg.data[13] = 'x';
	assert_int_equal(reply(f), DNS_WRONG_QUESTION);
	begin(f, 0, 0, 0);
	f->msg.data[f->msg.len - 3] = DNS_TYPE_AAAA;
	assert_int_equal(reply(f), DNS_WRONG_QUESTION);
	begin(f, 0, 0, 0);
	f->msg.data[f->msg.len - 1] = 3;
	assert_int_equal(reply(f), DNS_WRONG_QUESTION);
	begin(f, 0, 0, 0);
	f->msg.data[5] = 2;
	assert_int_equal(reply(f), DNS_WRONG_QUESTION);
}

static void
only_an_error_may_leave_the_question_out(void **state)
{
	static const enum dns_kind kinds[] = {[0] = DNS_WRONG_QUESTION,
	    [1] = DNS_VALID,
	    [2] = DNS_VALID,
	    [3] = DNS_WRONG_QUESTION,
	    [4] = DNS_VALID,
	    [5] = DNS_VALID};
	struct fixture *f = *state;
	unsigned rcode;

	for (rcode = 0; rcode < 6; rcode++) {
		begin(f, rcode, 0, 0);
		f->msg.data[5] = 0;
		assert_int_equal(reply_len(f, 12), kinds[rcode]);
	}
}

static void
a_name_in_another_case_is_valid_and_noted(void **state)
{
	struct fixture *f = *state;

	begin(f, 0, 0, 0);
	assert_int_equal(reply(f), DNS_VALID);
	assert_false(f->reply.case_mismatch);
	f->msg.data[13] = 'W';
	assert_int_equal(reply(f), DNS_VALID);
	assert_true(f->reply.case_mismatch);
}

static void
a_truncated_reply_may_stop_anywhere(void **state)
{
	struct fixture *f = *state;

	begin(f, TC, 2, 0);
	record(f, asked, 2, DNS_TYPE_A, 60, "\300\0\2\1", 4);
	record(f, asked, 2, DNS_TYPE_A, 60, "\300\0\2\2", 4);
	assert_int_equal(reply_len(f, f->msg.len - 1), DNS_VALID);
	assert_true(f->reply.truncated);
	assert_int_equal(f->reply.nanswers, 1);
}

static void
no_beginning_of_a_reply_passes_for_the_whole(void **state)
{
	struct fixture *f = *state;
	size_t len, whole;

	begin(f, 0, 2, 0);
	record_cname(f, "www.example.com", "cdn.example.net");
	record_a(f, "cdn.example.net", "\300\0\2\1");
	whole = f->msg.len;
	for (len = 0; len < whole; len++)
		assert_int_equal(reply_len(f, len), DNS_MALFORMED);
	assert_int_equal(reply(f), DNS_VALID);
}

static void
a_question_is_no_reply(void **state)
{
	struct fixture *f = *state;

	begin(f, 0, 0, 0);
	f->msg.data[2] = 1;
	assert_int_equal(reply(f), DNS_MALFORMED);
	assert_int_equal(f->reply.rcode, -1);
}

static void
pointers_that_do_not_lead_back_are_malformed(void **state)
{
	static const uint8_t self[] = {0xc0, 33}, forward[] = {0xc0, 40}, beyond[] = {0xff, 0xff};
	static const uint8_t reserved[] = {0x80, 12}, loop[] = {1, 'a', 0xc0, 33};
	struct fixture *f = *state;
	const struct {
		const uint8_t *owner;
		size_t len;
	} bad[] = {{self, 2}, {forward, 2}, {beyond, 2}, {reserved, 2}, {loop, 4}};
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		begin(f, 0, 1, 0);
		assert_int_equal(f->msg.len, 33);
		record(f, bad[i].owner, bad[i].len, DNS_TYPE_A, 60, "\300\0\2\1", 4);
		assert_int_equal(reply(f), DNS_MALFORMED);
	}
}

static void
a_name_of_more_than_255_bytes_is_malformed(void **state)
{
	struct fixture *f = *state;
	uint8_t label[64] = {63};
	int i;

	memset(label + 1, 'a', 63);
	begin(f, 0, 1, 0);
	for (i = 0; i < 4; i++)
		buf_add(&f->msg, label, sizeof(label));
	record(f, "", 1, DNS_TYPE_A, 60, "\300\0\2\1", 4);
	assert_int_equal(reply(f), DNS_MALFORMED);
}

static void
data_of_the_wrong_size_is_malformed(void **state)
{
	struct fixture *f = *state;

	begin(f, 0, 1, 0);
	record(f, asked, 2, DNS_TYPE_A, 60, "\300\0\2", 3);
	assert_int_equal(reply(f), DNS_MALFORMED);
	begin(f, 0, 1, 0);
	record(f, asked, 2, DNS_TYPE_AAAA, 60, "\300\0\2\1", 4);
	assert_int_equal(reply(f), DNS_MALFORMED);
	begin(f, 0, 1, 0);
	record(f, asked, 2, DNS_TYPE_CNAME, 60, "\300\14x", 3);
	assert_int_equal(reply(f), DNS_MALFORMED);
	begin(f, 0, 1, 0);
	record(f, asked, 2, DNS_TYPE_CNAME, 60, "\5abc", 4);
	assert_int_equal(reply(f), DNS_MALFORMED);
}

static void
edns_extends_the_rcode(void **state)
{
	struct fixture *f = *state;

	begin(f, 0, 0, 1);
	record(f, "", 1, OPT, 0x01000000, "", 0);
	assert_int_equal(reply(f), DNS_VALID);
	assert_true(f->reply.edns);
	assert_int_equal(f->reply.rcode, DNS_RCODE_BADVERS);
}

static void
a_missing_additional_record_is_forgiven(void **state)
{
	struct fixture *f = *state;

	begin(f, 0, 1, 1);
	record(f, asked, 2, DNS_TYPE_A, 60, "\300\0\2\1", 4);
	assert_int_equal(reply(f), DNS_VALID);
	assert_false(f->reply.edns);
	assert_int_equal(f->reply.nmatching, 1);
}

static void
an_answer_of_10000_bytes_is_listed_whole(void **state)
{
	struct fixture *f = *state;
	char ip[4] = {127, 1, 0, 0};
	int i;

	begin(f, 0, MANY, 0);
	for (i = 0; i < MANY; i++) {
		ip[2] = (char)(i >> 8);
		ip[3] = (char)i;
		record(f, asked, 2, DNS_TYPE_A, 60, ip, 4);
	}
	assert_true(f->msg.len > 10000);
	assert_int_equal(reply(f), DNS_VALID);
	assert_int_equal(f->reply.nmatching, MANY);
	assert_string_equal(f->reply.answers[MANY - 1].address, "127.1.2.187");
}

static void
pointers_in_data_must_lead_back_too(void **state)
{
	/* The data begins at 45: the question ends at 33, and a record's fixed part with a pointer for owner has 12 bytes. */
	static const uint8_t self[] = {0xc0, 45}, forward[] = {0xc0, 47, 0}, loop[] = {1, 'a', 0xc0, 45};
	static const uint8_t half[] = {0xc0}, back[] = {1, 'a', 0xc0, 12};
	const struct {
		const uint8_t *data;
		size_t len;
		enum dns_kind kind;
	} rows[] = {
	    {self, 2, DNS_MALFORMED},
	    {forward, 3, DNS_MALFORMED},
	    {loop, 4, DNS_MALFORMED},
	    {half, 1, DNS_MALFORMED},
	    {back, 4, DNS_VALID},
	};
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		begin(f, 0, 1, 0);
		record(f, asked, 2, DNS_TYPE_CNAME, 60, rows[i].data, rows[i].len);
		assert_int_equal(reply(f), rows[i].kind);
	}
	assert_string_equal(f->reply.answers[0].hostname, "a.www.example.com");
}

static void
a_chain_of_pointers_ends_where_a_name_would(void **state)
{
	struct fixture *f = *state;
	uint8_t links[2 * 130];
	size_t base, n;

	/* Links in the data of a record of another type, each to the one before, the first to the question. */
	for (n = 126; n <= 127; n++) {
		begin(f, 0, 2, 0);
		base = f->msg.len + 12;
		for (size_t i = 0; i < n; i++) {
			size_t to = i == 0 ? 12 : base + 2 * (i - 1);

			links[2 * i] = (uint8_t)(0xc0 | to >> 8);
			links[2 * i + 1] = (uint8_t)to;
		}
		record(f, asked, 2, TXT, 60, links, 2 * n);
		links[0] = (uint8_t)(0xc0 | (base + 2 * (n - 1)) >> 8);
		links[1] = (uint8_t)(base + 2 * (n - 1));
		record(f, links, 2, DNS_TYPE_A, 60, "\300\0\2\1", 4);
		assert_int_equal(reply(f), n == 126 ? DNS_VALID : DNS_MALFORMED);
		if (n == 126)
			assert_int_equal(f->reply.nmatching, 1);
	}
}

static void
counts_that_promise_more_than_came_are_malformed(void **state)
{
	struct fixture *f = *state;

	begin(f, 0, 65535, 0);
	record(f, asked, 2, DNS_TYPE_A, 60, "\300\0\2\1", 4);
	assert_int_equal(reply(f), DNS_MALFORMED);
	begin(f, 0, 1, 0);
	record(f, asked, 2, DNS_TYPE_A, 60, "\300\0\2\1", 4);
	f->msg.data[4] = f->msg.data[5] = '\xff'; /* questions: not the one we asked */
	assert_int_equal(reply(f), DNS_WRONG_QUESTION);
}

/* As much as a message over TCP can hold, each record an alias of the name asked for to another. */
static void
a_message_full_of_aliases_names_no_more_than_it_has(void **state)
{
	struct fixture *f = *state;
	uint8_t alias[] = {2, 0, 0, 0xc0, 12};
	uint16_t n = 0;

	begin(f, 0, 0, 0);
	while (f->msg.len + 12 + sizeof(alias) <= 65535) {
		alias[1] = (uint8_t)('a' + n % 26);
		alias[2] = (uint8_t)('a' + n / 26 % 26);
		record(f, asked, 2, DNS_TYPE_CNAME, 60, alias, sizeof(alias));
		n++;
	}
	f->msg.data[6] = (char)(n >> 8);
	f->msg.data[7] = (char)n;
	assert_true(n > 3800);
	assert_int_equal(reply(f), DNS_VALID);
	assert_int_equal(f->reply.nmatching, 0);
	assert_true(f->reply.nanswers <= n);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_question_is_written_as_rfc_1035_has_it),
	    TEST(edns_adds_an_opt_record_for_1232_bytes),
	    TEST(what_is_no_dns_name_is_refused),
	    TEST(random_bits_choose_the_id_and_the_case_only),
	    TEST(addresses_are_listed_with_their_ttl),
	    TEST(ipv6_addresses_are_listed),
	    TEST(aliases_are_followed_in_whatever_order_they_come),
	    TEST(records_of_other_names_are_left_out),
	    TEST(a_loop_of_aliases_ends_without_an_address),
	    TEST(an_endless_chain_of_aliases_is_not_followed_to_its_end),
	    TEST(other_types_are_named),
	    TEST(odd_bytes_in_names_are_escaped),
	    TEST(another_id_is_a_wrong_id),
	    TEST(another_name_type_or_class_is_a_wrong_question),
	    TEST(only_an_error_may_leave_the_question_out),
	    TEST(a_name_in_another_case_is_valid_and_noted),
	    TEST(a_truncated_reply_may_stop_anywhere),
	    TEST(no_beginning_of_a_reply_passes_for_the_whole),
	    TEST(a_question_is_no_reply),
	    TEST(pointers_that_do_not_lead_back_are_malformed),
	    TEST(a_name_of_more_than_255_bytes_is_malformed),
	    TEST(data_of_the_wrong_size_is_malformed),
	    TEST(edns_extends_the_rcode),
	    TEST(a_missing_additional_record_is_forgiven),
	    TEST(an_answer_of_10000_bytes_is_listed_whole),
	    TEST(pointers_in_data_must_lead_back_too),
	    TEST(a_chain_of_pointers_ends_where_a_name_would),
	    TEST(counts_that_promise_more_than_came_are_malformed),
	    TEST(a_message_full_of_aliases_names_no_more_than_it_has),
	};

	return cmocka_run_group_tests_name("dnswire", tests, NULL, NULL);
}
