/* What the control vantage's JSON promises: OONI's shape both ways, and no half answers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <glob.h>
#include <jansson.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/mem.h"
#include "results/measurement.h"
#include "results/vantage.h"

static struct arena *arena;
static char error[200];

static int
setup(void **state)
{
	(void)state;
	arena = arena_new();
	error[0] = '\0';
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

/* A response that is fine but for what stands in place of the arguments. */
static const char *
response(const char *tcp, const char *http, const char *addrs)
{
	return arena_printf(arena,
	    "{\"tcp_connect\":%s,\"http_request\":%s,\"dns\":{\"failure\":null,\"addrs\":%s}}", tcp,
	    http, addrs);
}

static struct vantage *
read_response(const char *json)
{
	return vantage_parse_response(json, strlen(json), arena, error, sizeof(error));
}

static void
a_response_is_read(void **state)
{
	const struct vantage *v =
	    read_response("{\"tcp_connect\":{\"192.0.2.1:443\":{\"status\":true,\"failure\":null},"
	                  "\"[2001:db8::1]:443\":{\"status\":false,\"failure\":\"connect_error\"}},"
	                  "\"tls_handshake\":{\"192.0.2.1:443\":{\"server_name\":\"site.example\","
	                  "\"status\":false,\"failure\":\"ssl_invalid_hostname\"}},"
	                  "\"quic_handshake\":{},\"http3_request\":null,"
	                  "\"http_request\":{\"body_length\":1533,\"discovered_h3_endpoint\":\"\","
	                  "\"failure\":null,\"title\":\"T\",\"headers\":{\"Server\":\"nginx\"},"
	                  "\"status_code\":200},"
	                  "\"dns\":{\"failure\":null,\"addrs\":[\"192.0.2.1\"]},"
	                  "\"ip_info\":{\"192.0.2.1\":{\"asn\":64500,\"flags\":11}}}");

	(void)state;
	assert_non_null(v);
	assert_true(v->answered);
	assert_true(vantage_tcp(v, "192.0.2.1:443")->status);
	assert_string_equal(vantage_tcp(v, "[2001:db8::1]:443")->failure, "connect_error");
	assert_null(vantage_tcp(v, "192.0.2.1:80"));
	assert_string_equal(vantage_tls(v, "192.0.2.1:443")->server_name, "site.example");
	assert_null(vantage_tls(v, "[2001:db8::1]:443"));
	assert_int_equal(v->http.status_code, 200);
	assert_int_equal(v->http.body_length, 1533);
	assert_string_equal(v->http.headers[0].value, "nginx");
	assert_string_equal(v->addrs[0], "192.0.2.1");
	assert_int_equal(vantage_ip(v, "192.0.2.1")->flags,
	    VANTAGE_IP_PROBE | VANTAGE_IP_HELPER | VANTAGE_IP_TLS_VALID);
	assert_int_equal(vantage_ip(v, "192.0.2.1")->asn, 64500);
	assert_null(vantage_ip(v, "192.0.2.2"));
}

/* "No address" and "no endpoint" are findings; a response that only lacks them must not be one. */
static void
half_a_response_is_none(void **state)
{
	static const char *const whole[] = {"", "null", "[]", "7", "\"{}\"", "{}", "{\"error\":\"busy\"}",
	    "{\"tcp_connect\":{},\"http_request\":null}",
	    "{\"http_request\":null,\"dns\":{\"addrs\":[]}}",
	    "{\"tcp_connect\":{},\"dns\":{\"addrs\":[]}}",
	    "{\"tcp_connect\":{},\"http_request\":null,\"dns\":{}}",
	    "{\"tcp_connect\":{},\"http_request\":null,\"dns\":{\"addrs\":[]}} and more",
	    "{\"tcp_connect\":{},\"tcp_connect\":{},\"http_request\":null,\"dns\":{\"addrs\":[]}}"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(whole) / sizeof(whole[0]); i++) {
		error[0] = '\0';
		assert_null(read_response(whole[i]));
		assert_string_not_equal(error, "");
	}
}

static void
a_value_of_the_wrong_kind_spoils_it(void **state)
{
	static const struct {
		const char *tcp, *http, *addrs;
	} bad[] = {
	    {"{\"192.0.2.1:80\":true}", "null", "[]"},
	    {"{\"192.0.2.1:80\":{\"failure\":null}}", "null", "[]"},
	    {"{\"192.0.2.1:80\":{\"status\":1,\"failure\":null}}", "null", "[]"},
	    {"{\"192.0.2.1:80\":{\"status\":false,\"failure\":111}}", "null", "[]"},
	    {"{}", "{\"body_length\":\"much\"}", "[]"},
	    {"{}", "{\"status_code\":2000}", "[]"},
	    {"{}", "{\"headers\":{\"Server\":[\"nginx\"]}}", "[]"},
	    {"{}", "{\"title\":[]}", "[]"},
	    {"{}", "null", "[7]"},
	};
	size_t i;

	(void)state;
	assert_non_null(read_response(response("{}", "null", "null")));
	assert_non_null(read_response(response("{}", "{\"title\":\"of a\\u0000page\"}", "[]")));
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_null(read_response(response(bad[i].tcp, bad[i].http, bad[i].addrs)));
}

static void
it_may_have_512_of_each_and_1_MiB(void **state)
{
	struct buf addrs = BUF_EMPTY;
	int i;

	(void)state;
	for (i = 0; i < VANTAGE_ITEMS_MAX; i++)
		buf_printf(&addrs, "%s\"192.0.2.%d\"", i > 0 ? "," : "[", i % 256);
	assert_non_null(
	    read_response(response("{}", "null", arena_printf(arena, "%s]", buf_str(&addrs)))));
	assert_null(read_response(
	    response("{}", "null", arena_printf(arena, "%s,\"192.0.2.1\"]", buf_str(&addrs)))));
	buf_clear(&addrs);
	while (addrs.len <= VANTAGE_RESPONSE_MAX)
		buf_puts(&addrs, "                ");
	assert_null(
	    read_response(response("{}", "null", arena_printf(arena, "%s[]", buf_str(&addrs)))));
	buf_free(&addrs);
}

/* --- OONI's own ------------------------------------------------------------------------------ */

static char *
file_read(const char *path)
{
	struct buf buf = BUF_EMPTY;
	FILE *f = fopen(path, "r");
	size_t n;

	assert_non_null(f);
	while ((n = fread(buf_room(&buf, 65536), 1, 65536, f)) > 0)
		buf.len += n;
	fclose(f);
	buf_putc(&buf, '\0');
	return buf_steal(&buf);
}

/* What is ours alone, and what was never asked for, out of the way. */
static void
compare(json_t *theirs, json_t *ours, const char *path)
{
	json_object_del(theirs, "quic_handshake");
	json_object_del(ours, "quic_handshake");
	if (json_object_get(theirs, "tls_handshake") == NULL)
		json_object_del(ours, "tls_handshake");
	if (json_object_get(theirs, "ip_info") == NULL)
		json_object_del(ours, "ip_info");
	/* Go's nil list. */
	if (json_is_null(json_object_get(theirs, "tcp_connect")) &&
	    json_array_size(json_object_get(ours, "tcp_connect")) == 0)
		json_object_del(ours, "tcp_connect"), json_object_del(theirs, "tcp_connect");
	if (!json_equal(theirs, ours))
		fail_msg("%s: %s is not %s", path, json_dumps(ours, JSON_SORT_KEYS),
		    json_dumps(theirs, JSON_SORT_KEYS));
}

static void
is_kept(const char *path)
{
	char *text = file_read(path);
	json_t *theirs = json_loads(text, 0, NULL), *ours;
	struct measurement *m;
	struct buf buf = BUF_EMPTY;
	json_t *keys;
	size_t oddities;

	assert_non_null(theirs);
	m = measurement_decode(text, strlen(text), &oddities, error, sizeof(error));
	assert_non_null(m);
	assert_non_null(m->control);
	measurement_encode(m, &buf);
	ours = json_loads(buf_str(&buf), 0, NULL);
	assert_non_null(ours);
	keys = json_object_get(theirs, "test_keys");
	assert_int_equal(m->control->answered, json_is_object(json_object_get(keys, "control")));
	compare(json_object_get(keys, "control"),
	    json_object_get(json_object_get(ours, "test_keys"), "control"), path);
	compare(json_object_get(keys, "x_control_request"),
	    json_object_get(json_object_get(ours, "test_keys"), "x_control_request"), path);
	assert_true(json_equal(json_object_get(keys, "control_failure"),
	    json_object_get(json_object_get(ours, "test_keys"), "control_failure")));
	json_decref(theirs);
	json_decref(ours);
	buf_free(&buf);
	measurement_free(m);
	free(text);
}

static void
OONIs_records_keep_theirs(void **state)
{
	const char *top = getenv("top_srcdir");
	char *pattern = xasprintf("%s/../../shared/data/ooni-web-connectivity/*/measurement.json",
	    top != NULL ? top : ".");
	char *near = xasprintf("%s/../shared/data/ooni-web-connectivity/*/measurement.json",
	    top != NULL ? top : ".");
	glob_t files;
	size_t i;

	(void)state;
	if (glob(near, 0, NULL, &files) != 0 && glob(pattern, 0, NULL, &files) != 0) {
		print_message("# OONI's records are not here: not compared\n");
		free(pattern);
		free(near);
		skip();
	}
	for (i = 0; i < files.gl_pathc; i++)
		is_kept(files.gl_pathv[i]);
	globfree(&files);
	free(pattern);
	free(near);
}

static void
what_is_sent_is_what_OONI_sends(void **state)
{
	static const char json[] =
	    "{\"http_request\":\"http://www.example.com/\",\"http_request_headers\":{\"Accept\":"
	    "[\"text/html\"],\"Accept-Language\":[\"en-US,en;q=0.9\"],\"User-Agent\":[\"Mozilla/5.0\"]},"
	    "\"tcp_connect\":[\"192.0.2.1:443\",\"192.0.2.1:80\"],\"x_quic_enabled\":false}";
	struct vantage *v =
	    vantage_parse_request(json, strlen(json), arena, error, sizeof(error));
	struct buf buf = BUF_EMPTY;
	struct json j;

	(void)state;
	assert_non_null(v);
	assert_string_equal(v->asked_url, "http://www.example.com/");
	assert_int_equal(v->nasked_endpoints, 2);
	json_init(&j, &buf);
	vantage_encode_request(&j, v);
	assert_string_equal(buf_str(&buf), json);
	buf_free(&buf);
	assert_null(vantage_parse_request("{}", 2, arena, error, sizeof(error)));
}

int
main(void)
{
#define CLAIM(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
	    CLAIM(a_response_is_read),
	    CLAIM(half_a_response_is_none),
	    CLAIM(a_value_of_the_wrong_kind_spoils_it),
	    CLAIM(it_may_have_512_of_each_and_1_MiB),
	    CLAIM(OONIs_records_keep_theirs),
	    CLAIM(what_is_sent_is_what_OONI_sends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
