/* What target_parse promises: one normal form for each site, and a reason for each refusal. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "targets/target.h"

struct sample {
	const char *text;
	const char *url, *host, *path;
	int port;
};

static void
assert_parses(const struct sample *s)
{
	char error[TARGET_ERROR_SIZE];
	struct target target;

	if (target_parse(s->text, &target, error) != 0)
		fail_msg("%s: %s", s->text, error);
	assert_string_equal(target.url, s->url);
	assert_string_equal(target.host, s->host);
	assert_string_equal(target.path, s->path);
	assert_int_equal(target.port, s->port);
	assert_int_equal(target.https, strncmp(s->url, "https:", 6) == 0);
	target_clear(&target);
}

#define ASSERT_ALL_PARSE(samples)                                         \
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) \
	assert_parses(&samples[i])

static void
assert_refused(const char *text, const char *reason)
{
	char error[TARGET_ERROR_SIZE];
	struct target target;

	if (target_parse(text, &target, error) == 0)
		fail_msg("%s was taken for %s", text, target.url);
	if (strstr(error, reason) == NULL)
		fail_msg("%s: \"%s\" does not say \"%s\"", text, error, reason);
	/* Nothing is left to free, and clearing is fine all the same. */
	assert_null(target.url);
	assert_null(target.host);
	target_clear(&target);
}

static void
urls_have_one_normal_form(void **state)
{
	static const struct sample samples[] = {
	    {"https://example.com/", "https://example.com/", "example.com", "/", 443},
	    {"HTTPS://Example.COM", "https://example.com/", "example.com", "/", 443},
	    {"http://example.com", "http://example.com/", "example.com", "/", 80},
	    {"http://example.com:80/", "http://example.com/", "example.com", "/", 80},
	    {"http://example.com:443/", "http://example.com:443/", "example.com", "/", 443},
	    {"https://example.com:08443/", "https://example.com:8443/", "example.com", "/", 8443},
	    {"https://example.com/A/b?Q=1&r", "https://example.com/A/b?Q=1&r", "example.com",
	        "/A/b?Q=1&r", 443},
	    {"https://example.com?q", "https://example.com/?q", "example.com", "/?q", 443},
	    {"https://example.com/a#there", "https://example.com/a", "example.com", "/a", 443},
	    {"https://example.com#there", "https://example.com/", "example.com", "/", 443},
	    {"https://example.com./", "https://example.com/", "example.com", "/", 443},
	    {"http://localhost/x", "http://localhost/x", "localhost", "/x", 80},
	    {"https://under_score.example/", "https://under_score.example/", "under_score.example",
	        "/", 443},
	    {"https://r3---sn-4g5e6nez.example/", "https://r3---sn-4g5e6nez.example/",
	        "r3---sn-4g5e6nez.example", "/", 443},
	};

	(void)state;
	ASSERT_ALL_PARSE(samples);
}

static void
bare_names_are_https(void **state)
{
	static const struct sample samples[] = {
	    {"example.com", "https://example.com/", "example.com", "/", 443},
	    {"example.com:8443", "https://example.com:8443/", "example.com", "/", 8443},
	    {"Example.com/path", "https://example.com/path", "example.com", "/path", 443},
	    {"192.0.2.7", "https://192.0.2.7/", "192.0.2.7", "/", 443},
	    {"2001:DB8::1", "https://[2001:db8::1]/", "2001:db8::1", "/", 443},
	    {"2001:db8::1:8443", "https://[2001:db8::1:8443]/", "2001:db8::1:8443", "/", 443},
	    {"[2001:db8::1]:8443", "https://[2001:db8::1]:8443/", "2001:db8::1", "/", 8443},
	};

	(void)state;
	ASSERT_ALL_PARSE(samples);
}

static void
idn_becomes_a_labels(void **state)
{
	static const struct sample samples[] = {
	    {"https://қазақстан.қаз/", "https://xn--80aaa0a6awh12ed.xn--80ao21a/",
	        "xn--80aaa0a6awh12ed.xn--80ao21a", "/", 443},
	    {"https://ПРИМЕР.РФ/", "https://xn--e1afmkfd.xn--p1ai/", "xn--e1afmkfd.xn--p1ai", "/",
	        443},
	    {"XN--E1AFMKFD.xn--p1ai", "https://xn--e1afmkfd.xn--p1ai/", "xn--e1afmkfd.xn--p1ai",
	        "/", 443},
	    /* UTS #46, non-transitional: the sharp s stays itself. */
	    {"https://straße.example/", "https://xn--strae-oqa.example/", "xn--strae-oqa.example",
	        "/", 443},
	    /* Full-width letters and the ideographic full stop. */
	    {"https://ｅｘａｍｐｌｅ。com/", "https://example.com/", "example.com", "/", 443},
	    /* A name given decomposed is the same name. */
	    {"https://bu\xcc\x88"
	     "cher.example/",
	        "https://xn--bcher-kva.example/", "xn--bcher-kva.example", "/", 443},
	};

	(void)state;
	ASSERT_ALL_PARSE(samples);
}

static void
paths_are_percent_encoded(void **state)
{
	static const struct sample samples[] = {
	    {"https://example.com/жаңалық",
	        "https://example.com/%D0%B6%D0%B0%D2%A3%D0%B0%D0%BB%D1%8B%D2%9B", "example.com",
	        "/%D0%B6%D0%B0%D2%A3%D0%B0%D0%BB%D1%8B%D2%9B", 443},
	    {"https://example.com/%d0?a|b", "https://example.com/%d0?a%7Cb", "example.com",
	        "/%d0?a%7Cb", 443},
	    {"https://example.com/a\\b", "https://example.com/a%5Cb", "example.com", "/a%5Cb", 443},
	};

	(void)state;
	ASSERT_ALL_PARSE(samples);
}

static void
addresses_are_known_as_such(void **state)
{
	static const struct {
		const char *text, *host;
		bool is_ip;
	} samples[] = {
	    {"http://192.0.2.7:8080/", "192.0.2.7", true},
	    {"http://１９２.0.2.7/", "192.0.2.7", true},
	    {"http://192.0.2.7./", "192.0.2.7", true},
	    {"http://[2001:0DB8:0:0::1]/", "2001:db8::1", true},
	    {"http://[::ffff:192.0.2.7]/", "::ffff:192.0.2.7", true},
	    {"http://192.0.2.7.example/", "192.0.2.7.example", false},
	};
	char error[TARGET_ERROR_SIZE];
	struct target target;

	(void)state;
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		assert_int_equal(target_parse(samples[i].text, &target, error), 0);
		assert_string_equal(target.host, samples[i].host);
		assert_int_equal(target.host_is_ip, samples[i].is_ip);
		target_clear(&target);
	}
}

static void
what_cannot_be_measured_is_refused(void **state)
{
	static const struct {
		const char *text, *reason;
	} samples[] = {
	    {"", "no URL"},
	    {"ftp://example.com/", "scheme \"ftp\""},
	    {"https//example.com", "not a host name with a dot"},
	    {"https:/example.com", "two slashes"},
	    {"http:example.com", "two slashes"},
	    {"https://", "no host name"},
	    {"https:///path", "no host name"},
	    {"https://:443/", "no host name"},
	    {"/path", "no host name"},
	    {"https://user:password@example.com/", "user name or password"},
	    {"user@example.com", "user name or password"},
	    {"https://example.com:/", "port \"\""},
	    {"https://example.com:0/", "port \"0\""},
	    {"https://example.com:65536/", "port \"65536\""},
	    {"https://example.com:99999999999999999999/", "port"},
	    {"https://example.com:+80/", "port \"+80\""},
	    {"https://example.com:8o/", "port \"8o\""},
	    {"mailto:someone", "not a host name"},
	    {"https://exam ple.com/", "white space"},
	    {"https://example.com/a b", "white space"},
	    {" https://example.com/", "white space"},
	    {"https://example.com/\xc2\xa0", "white space"},
	    {"https://example.com/\r\nHost: evil", "control character (U+000D)"},
	    {"https://example.com/\x1b[31m", "control character (U+001B)"},
	    {"https://example.com/\x7f", "control character"},
	    {"https://example.com/\xc2\x9b", "control character"},
	    {"https://example.com/\xff", "not UTF-8"},
	    {"https://exam\xd0ple.com/", "not UTF-8"},
	    {"hello", "not a host name with a dot"},
	    {"https://a..example/", "empty label"},
	    {"https://.example/", "empty label"},
	    {"https://./", "empty label"},
	    {"https://-a.example/", "begins or ends with '-'"},
	    {"https://a-.example/", "begins or ends with '-'"},
	    {"https://ex%61mple.com/", "character '%'"},
	    {"https://exa*mple.com/", "character '*'"},
	    {"https://example.com\\@evil.example/", "'@'"},
	    {"https://example.com\\evil/", "character '\\'"},
	    {"https://xn--a.example/", "host name \"xn--a.example\""},
	    {"https://\xe2\x98\x83\xf3\xa0\x80\x81.example/", "host name"},
	    {"https://1.2.3/", "no IPv4 address"},
	    {"https://256.1.1.1/", "no IPv4 address"},
	    {"https://0x7f000001/", "no IPv4 address"},
	    {"https://127.0x1/", "no IPv4 address"},
	    {"https://2130706433/", "no IPv4 address"},
	    {"https://[2001:db8::1/", "']' is missing"},
	    {"https://[2001:db8::g]/", "no IPv6 address"},
	    {"https://[fe80::1%25eth0]/", "no IPv6 address"},
	    {"https://[192.0.2.7]/", "no IPv6 address"},
	    {"https://[]/", "no IPv6 address"},
	    {"https://[2001:db8::1]443/", "after the IPv6 address"},
	    {"https://2001:db8::1/", "[brackets]"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++)
		assert_refused(samples[i].text, samples[i].reason);
}

/* "https://", then n times the text, then the tail. */
static char *
long_url(const char *text, size_t n, const char *tail)
{
	struct buf url = BUF_EMPTY;

	buf_puts(&url, "https://");
	while (n-- > 0)
		buf_puts(&url, text);
	buf_puts(&url, tail);
	return buf_steal(&url);
}

static void
lengths_have_limits(void **state)
{
	static const struct {
		const char *text, *tail, *reason;
		size_t n;
	} samples[] = {
	    {"a", ".example/", NULL, 63},
	    {"a", ".example/", "label of the host name is 64 bytes", 64},
	    {"a.", "example", NULL, 123},
	    {"a.", "example", "host name is 255 bytes", 124},
	    {"", "example.com/", NULL, 0},
	    {"example.com/", "", "more than 8192", 683},
	    {"example.com/\xd2\x9b", "", "more than 8192", 500},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		char *url = long_url(samples[i].text, samples[i].n, samples[i].tail);
		char error[TARGET_ERROR_SIZE];
		struct target target;

		if (samples[i].reason != NULL)
			assert_refused(url, samples[i].reason);
		else if (target_parse(url, &target, error) != 0)
			fail_msg("%s", error);
		else
			target_clear(&target);
		free(url);
	}
}

static void
a_target_of_its_own_belongs_to_no_list(void **state)
{
	char error[TARGET_ERROR_SIZE];
	struct target target;

	(void)state;
	assert_int_equal(target_parse("example.com", &target, error), 0);
	assert_string_equal(target.category, "");
	assert_string_equal(target.added, "");
	assert_string_equal(target.source, "");
	assert_string_equal(target.notes, "");
	assert_string_equal(target.list, "");
	assert_int_equal(target.line, 0);
	target_clear(&target);
	target_clear(&target);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(urls_have_one_normal_form),
	    cmocka_unit_test(bare_names_are_https),
	    cmocka_unit_test(idn_becomes_a_labels),
	    cmocka_unit_test(paths_are_percent_encoded),
	    cmocka_unit_test(addresses_are_known_as_such),
	    cmocka_unit_test(what_cannot_be_measured_is_refused),
	    cmocka_unit_test(lengths_have_limits),
	    cmocka_unit_test(a_target_of_its_own_belongs_to_no_list),
	};

	return cmocka_run_group_tests_name("target", tests, NULL, NULL);
}
