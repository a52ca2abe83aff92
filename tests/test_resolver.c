/* Which resolvers come of a resolv.conf and a configuration. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/mem.h"
#include "probe/conf.h"
#include "probe/resolver.h"

struct fixture {
	char dir[64];
	char path[80];
	struct conf conf;
	struct resolver *resolvers;
	size_t n;
};

static int
setup(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));

	strcpy(f->dir, "/tmp/netvane-test-XXXXXX");
	if (mkdtemp(f->dir) == NULL)
		return -1;
	snprintf(f->path, sizeof(f->path), "%s/resolv.conf", f->dir);
	f->conf.system_resolver = true;
	f->conf.resolv_conf = f->path;
	*state = f;
	return 0;
}

static void
entry_add(struct strings *list, const char *text)
{
	list->items = xreallocarray(list->items, list->n + 1, sizeof(*list->items));
	list->items[list->n++] = xstrdup(text);
}

static void
entries_free(struct strings *list)
{
	while (list->n > 0)
		free(list->items[--list->n]);
	free(list->items);
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	resolvers_free(f->resolvers, f->n);
	entries_free(&f->conf.resolvers);
	entries_free(&f->conf.doh);
	unlink(f->path);
	rmdir(f->path);
	rmdir(f->dir);
	free(f);
	return 0;
}

static void
load(struct fixture *f, const void *text, size_t len)
{
	FILE *file = fopen(f->path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, len, file), len);
	fclose(file);
	f->resolvers = resolvers_load(&f->conf, &f->n);
}

static void
expect(const struct fixture *f, size_t i, enum resolver_role role, const char *address)
{
	assert_true(i < f->n);
	assert_int_equal(f->resolvers[i].role, role);
	assert_string_equal(f->resolvers[i].address, address);
}

static void
addresses_are_read_in_every_usual_form(void **state)
{
	static const struct {
		const char *text, *canonical;
	} forms[] = {
	    {"192.0.2.1", "192.0.2.1:53"},
	    {"192.0.2.1:5353", "192.0.2.1:5353"},
	    {"2001:db8::1", "[2001:db8::1]:53"},
	    {"2001:DB8:0::1", "[2001:db8::1]:53"},
	    {"[2001:db8::1]", "[2001:db8::1]:53"},
	    {"[2001:db8::1]:5353", "[2001:db8::1]:5353"},
	    {"fe80::1%lo", "[fe80::1%lo]:53"},
	    {"[fe80::1%lo]:54", "[fe80::1%lo]:54"},
	    {"fe80::1%4000000000", "[fe80::1%4000000000]:53"},
	    {"::1", "[::1]:53"},
	};
	struct sockaddr_storage sa;
	socklen_t salen;
	char *text;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		assert_int_equal(resolver_parse(forms[i].text, &sa, &salen), 0);
		text = resolver_text(&sa);
		assert_string_equal(text, forms[i].canonical);
		free(text);
	}
}

static void
what_is_no_address_is_refused(void **state)
{
	static const char *const bad[] = {"", "localhost", "192.0.2", "192.0.2.256",
	    "192.0.2.1:", "192.0.2.1:0", "192.0.2.1:65536", "192.0.2.1:5x", "192.0.2.1:-1",
	    "[192.0.2.1]:53", "[2001:db8::1", "[2001:db8::1]53",
	    "[2001:db8::1]:", "2001:db8::1:", "fe80::1", "fe80::1%", "fe80::1%nosuchlink",
	    "fe80::1%0", "[]:53", ":53", "192.0.2.1 ",
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
	struct sockaddr_storage sa;
	socklen_t salen;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(resolver_parse(bad[i], &sa, &salen), -1);
}

static void
nameservers_come_in_the_order_of_the_file(void **state)
{
	static const char text[] = "# nameserver 192.0.2.99\n"
	                           "nameserver 127.0.0.1:5353\n"
	                           "  nameserver\t192.0.2.1 # the first\r\n"
	                           "search example.com\n"
	                           "nameserver [2001:db8::1]:54\n"
	                           "nameserver fe80::2%lo\n"
	                           "options edns0\n"
	                           "nameserver 192.0.2.2, 192.0.2.3\n"
	                           "nameserver 127.0.0.1";
	struct fixture *f = *state;

	load(f, text, sizeof(text) - 1);
	assert_int_equal(f->n, 7);
	expect(f, 0, RESOLVER_SYSTEM, "127.0.0.1:5353");
	expect(f, 1, RESOLVER_SYSTEM, "192.0.2.1:53");
	expect(f, 2, RESOLVER_SYSTEM, "[2001:db8::1]:54");
	expect(f, 3, RESOLVER_SYSTEM, "[fe80::2%lo]:53");
	expect(f, 4, RESOLVER_SYSTEM, "192.0.2.2:53");
	expect(f, 5, RESOLVER_SYSTEM, "192.0.2.3:53");
	expect(f, 6, RESOLVER_SYSTEM, "127.0.0.1:53");
	assert_int_equal(f->resolvers[0].sa.ss_family, AF_INET);
	assert_int_equal(f->resolvers[2].sa.ss_family, AF_INET6);
}

/* c-ares by itself drops this line, and then assumes 127.0.0.1. */
static void
a_nameserver_with_a_port_stays_alone(void **state)
{
	struct fixture *f = *state;

	load(f, "nameserver 192.0.2.1:5353\n", 26);
	assert_int_equal(f->n, 1);
	expect(f, 0, RESOLVER_SYSTEM, "192.0.2.1:5353");
}

static void
bad_and_repeated_entries_are_left_out(void **state)
{
	static const char text[] = "nameserver bogus\nnameserver\nnameserver 192.0.2.1\n"
	                           "nameserver 192.0.2.1:53\nnameserver 192.0.2.256\n"
	                           "nameserver fe80::1\nnameservers 192.0.2.5\n";
	struct fixture *f = *state;

	load(f, text, sizeof(text) - 1);
	assert_int_equal(f->n, 1);
	expect(f, 0, RESOLVER_SYSTEM, "192.0.2.1:53");
}

static void
nobody_is_assumed_where_the_file_names_nobody(void **state)
{
	static const char *const texts[] = {"", "\n\n", "# nameserver 192.0.2.1\n", "nameserver",
	    "nameserver bogus\n", "search example.com\noptions ndots:1\n"};
	struct fixture *f = *state;
	char junk[4096];
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		load(f, texts[i], strlen(texts[i]));
		assert_int_equal(f->n, 0);
	}
	for (i = 0; i < sizeof(junk); i++)
		junk[i] = (char)(i * 31 + i / 256);
	load(f, junk, sizeof(junk));
	assert_int_equal(f->n, 0);
}

static void
a_file_that_cannot_be_read_gives_nobody(void **state)
{
	struct fixture *f = *state;
	char zero[] = "/dev/zero";

	f->resolvers = resolvers_load(&f->conf, &f->n);
	assert_int_equal(f->n, 0);
	assert_int_equal(mkdir(f->path, 0700), 0);
	f->resolvers = resolvers_load(&f->conf, &f->n);
	assert_int_equal(f->n, 0);
	rmdir(f->path);
	assert_int_equal(mkfifo(f->path, 0600), 0);
	f->resolvers = resolvers_load(&f->conf, &f->n);
	assert_int_equal(f->n, 0);
	f->conf.resolv_conf = zero;
	f->resolvers = resolvers_load(&f->conf, &f->n);
	assert_int_equal(f->n, 0);
}

static void
nul_bytes_hide_only_their_own_line(void **state)
{
	static const char text[] = "junk\0junk\nnameserver 192.0.2.1\n";
	struct fixture *f = *state;

	load(f, text, sizeof(text) - 1);
	assert_int_equal(f->n, 1);
}

static void
configured_resolvers_follow_and_the_system_may_be_left_out(void **state)
{
	static const char *const entries[] = {
	    "9.9.9.9", "not-an-ip", "[2001:db8::9]:53", "9.9.9.9:53"};
	struct fixture *f = *state;
	size_t i;

	f->conf.system_resolver = false;
	for (i = 0; i < 4; i++)
		entry_add(&f->conf.resolvers, entries[i]);
	load(f, "nameserver 192.0.2.1\n", 21);
	assert_int_equal(f->n, 2);
	expect(f, 0, RESOLVER_SECOND, "9.9.9.9:53");
	expect(f, 1, RESOLVER_SECOND, "[2001:db8::9]:53");
}

static void
doh_urls_keep_their_pins_apart(void **state)
{
	static const char *const entries[] = {"https://dns.example/dns-query#192.0.2.1,2001:db8::1",
	    "https://dns.example/dns-query", "http://dns.example/dns-query",
	    "https://other.example/q#192.0.2.1,nonsense", "no url", "https://192.0.2.7/dns-query",
	    "https://[2001:db8::7]:8443/q", "https://plain.example:444/q"};
	static const char *const hosts[] = {NULL, NULL, NULL, "plain.example"};
	struct fixture *f = *state;
	char *host;
	size_t i;

	f->conf.system_resolver = false;
	for (i = 0; i < sizeof(entries) / sizeof(entries[0]); i++)
		entry_add(&f->conf.doh, entries[i]);
	f->resolvers = resolvers_load(&f->conf, &f->n);
	assert_int_equal(f->n, 4);
	expect(f, 0, RESOLVER_DOH, "https://dns.example/dns-query");
	assert_int_equal(f->resolvers[0].server.npins, 2);
	assert_string_equal(f->resolvers[0].server.pins[1], "2001:db8::1");
	expect(f, 1, RESOLVER_DOH, "https://192.0.2.7/dns-query");
	expect(f, 2, RESOLVER_DOH, "https://[2001:db8::7]:8443/q");
	expect(f, 3, RESOLVER_DOH, "https://plain.example:444/q");
	for (i = 0; i < f->n; i++) {
		host = pinned_url_unknown_host(&f->resolvers[i].server);
		if (hosts[i] == NULL)
			assert_null(host);
		else
			assert_string_equal(host, hosts[i]);
		free(host);
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(addresses_are_read_in_every_usual_form),
	    TEST(what_is_no_address_is_refused),
	    TEST(nameservers_come_in_the_order_of_the_file),
	    TEST(a_nameserver_with_a_port_stays_alone),
	    TEST(bad_and_repeated_entries_are_left_out),
	    TEST(nobody_is_assumed_where_the_file_names_nobody),
	    TEST(a_file_that_cannot_be_read_gives_nobody),
	    TEST(nul_bytes_hide_only_their_own_line),
	    TEST(configured_resolvers_follow_and_the_system_may_be_left_out),
	    TEST(doh_urls_keep_their_pins_apart),
	};

	return cmocka_run_group_tests_name("resolver", tests, NULL, NULL);
}
