/* What Alt-Svc headers say about HTTP/3. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "results/altsvc.h"

static void
says(const char *value, const char *host, int port)
{
	struct altsvc found = {.port = -1};

	if (!altsvc_h3(value, &found))
		fail_msg("nothing found in: %s", value);
	assert_string_equal(found.host, host);
	assert_int_equal(found.port, port);
}

static void
says_nothing(const char *value)
{
	struct altsvc found;

	if (altsvc_h3(value, &found))
		fail_msg("found \"%s\" port %d in: %s", found.host, found.port, value);
}

static void
http3_is_found_among_others(void **state)
{
	(void)state;
	says("h3=\":443\"", "", 443);
	says("h3=\":443\"; ma=2592000,h3-29=\":443\"; ma=2592000", "", 443);
	says("h2=\":444\", h3-29=\":8443\"; persist=1", "", 8443);
	says("quic=\":1\"; v=\"46,43\", h3=\"alt.example.com:8443\";ma=\"60\"", "alt.example.com", 8443);
	says("h3=\"[2001:db8::1]:443\"", "[2001:db8::1]", 443);
	says(" ,, h3 = \":65535\" ,", "", 65535);
	says("h3=\":4\\43\"", "", 443);
	says("h3=\"no-port\", h3=\":443\"", "", 443); /* what cannot be meant is passed over */
}

static void
other_protocols_are_not_http3(void **state)
{
	(void)state;
	says_nothing("");
	says_nothing("clear");
	says_nothing("h2=\":443\"");
	says_nothing("h3x=\":443\"");
	says_nothing("h3-=\":443\"");
	says_nothing("h3-29a=\":443\"");
	says_nothing("H3=\":443\""); /* names of protocols are bytes: RFC 7301 */
	says_nothing("xh3=\":443\"");
}

static void
broken_headers_say_nothing(void **state)
{
	static const char *const broken[] = {"h3", "h3=", "h3=:443", "h3=443", "h3=\":443", "h3=\":\"",
	    "h3=\":0\"", "h3=\":65536\"", "h3=\":4294967739\"", "h3=\":44x\"", "h3=\":-1\"", "=\":443\"",
	    "h3=\":443\\", "h2=\":1\"; ma, h3=\":443\"", "h2=\":1\" h3=\":443\""};
	char longest[400];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(broken) / sizeof(broken[0]); i++)
		says_nothing(broken[i]);
	memset(longest, 'a', sizeof(longest));
	memcpy(longest, "h3=\"", 4);
	memcpy(longest + sizeof(longest) - 6, ":443\"", 6);
	says_nothing(longest);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(http3_is_found_among_others),
	    cmocka_unit_test(other_protocols_are_not_http3),
	    cmocka_unit_test(broken_headers_say_nothing),
	};

	return cmocka_run_group_tests_name("altsvc", tests, NULL, NULL);
}
