/* What an HTTP check promises, against a server for each way of misbehaving. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <cmocka.h>
#include <event2/event.h>

#include "base/mem.h"
#include "probe/check_http.h"
#include "results/blockpage.h"
#include "results/failure.h"
#include "results/measurement.h"
#include "tests/hand_probe.h"
#include "tests/peer.h"

static struct peer peer;
static struct hand_probe *hand;

/* One check and its measurement. */
struct fetch {
	struct measurement *m;
	struct check *check;
	char *url;
	bool done;
	const char *failure;
	size_t index;
	struct check *victim; /* cancelled in `done` */
};

static void
fetch_done(struct check *check, void *arg)
{
	struct fetch *f = arg;

	assert_false(f->done);
	f->done = true;
	f->failure = check->failure;
	f->index = check_http_result(check);
	if (f->victim != NULL)
		check_cancel(f->victim);
}

/* path is joined to the peer's port on a name that no DNS has. */
static void
fetch_new(struct fetch *f, const char *path)
{
	*f = (struct fetch){.m = measurement_new()};
	f->url =
	    path[0] == '/' ? xasprintf("http://site.test:%d%s", peer.port, path) : xstrdup(path);
	f->check = check_http_new(&hand->probe, f->m, f->url, "127.0.0.1", fetch_done, f);
}

static const struct http_request *
fetch_wait(struct fetch *f)
{
	hand_probe_run(hand, &f->done);
	assert_int_equal(f->m->nrequests, 1);
	assert_int_equal(f->index, 0);
	if (f->failure == NULL)
		assert_null(f->m->requests[0].failure);
	else
		assert_string_equal(f->m->requests[0].failure, f->failure);
	return &f->m->requests[0];
}

static const struct http_request *
fetch(struct fetch *f, const char *path)
{
	fetch_new(f, path);
	check_start(f->check);
	return fetch_wait(f);
}

static void
fetch_free(struct fetch *f)
{
	measurement_free(f->m);
	free(f->url);
}

static const char *
header(const struct http_header *headers, size_t n, const char *name)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strcmp(headers[i].name, name) == 0)
			return headers[i].value;
	return NULL;
}

/* The event's index at or after `from`; fails the test when there is none. */
static size_t
event_after(const struct measurement *m, size_t from, const char *operation)
{
	for (; from < m->nevents; from++)
		if (strcmp(m->events[from].operation, operation) == 0)
			return from;
	fail_msg("no event %s", operation);
	return 0;
}

static void
test_a_page_is_recorded(void **state)
{
	struct fetch f;
	const struct http_request *r = fetch(&f, "/ok");
	char address[32];

	(void)state;
	assert_null(r->failure);
	snprintf(address, sizeof(address), "127.0.0.1:%d", peer.port);
	assert_string_equal(r->address, address);
	assert_string_equal(r->url, f.url);
	assert_string_equal(r->method, "GET");
	assert_string_equal(r->alpn, "");
	assert_int_equal(r->code, 200);
	assert_string_equal(header(r->headers, r->nheaders, "Server"), "peer");
	assert_string_equal(r->title, "It is well");
	assert_int_equal(r->body_length, 67);
	assert_int_equal(r->body.len, 67);
	assert_memory_equal(r->body.data, "<html><head><title>It is well", 29);
	assert_false(r->body_is_truncated);
	assert_string_equal(
	    r->body_sha256, "ec428f64efc7eb951123b73512c49e7cf66c8394acfd00051889c858f5fc3467");
	assert_true(r->header_bytes > 0);
	assert_false(r->headers_truncated);
	assert_null(r->location);
	assert_int_equal(r->err, 0);
	assert_int_equal(r->c.transaction_id, 1);
	assert_true(r->c.t0 >= 0 && r->c.t > r->c.t0);
	fetch_free(&f);
}

static void
test_the_steps_are_events_in_order(void **state)
{
	struct fetch f;
	const struct http_request *r = fetch(&f, "/ok");
	const struct measurement *m = f.m;
	size_t connect = event_after(m, 0, "connect");
	size_t start = event_after(m, connect, "http_transaction_start");
	size_t got = event_after(m, start, "read"), i;

	(void)state;
	assert_int_equal(connect, 0);
	assert_int_equal(event_after(m, got, "http_transaction_done"), m->nevents - 1);
	for (i = 0; i < m->nevents; i++) {
		assert_string_equal(m->events[i].address, r->address);
		assert_int_equal(m->events[i].c.transaction_id, r->c.transaction_id);
		assert_null(m->events[i].failure);
		if (i > 0)
			assert_true(m->events[i].c.t >= m->events[i - 1].c.t);
	}
	fetch_free(&f);
}

static void
test_read_events_count_every_byte_of_a_small_answer(void **state)
{
	struct fetch f;
	const struct http_request *r = fetch(&f, "/ok");
	int64_t sum = 0;
	size_t i;

	(void)state;
	for (i = 0; i < f.m->nevents; i++)
		if (strcmp(f.m->events[i].operation, "read") == 0)
			sum += f.m->events[i].num_bytes;
	assert_int_equal(sum, r->header_bytes + r->body_length);
	fetch_free(&f);
}

static void
test_the_recorded_headers_are_those_sent(void **state)
{
	struct fetch f;
	const struct http_request *r = fetch(&f, "/echo");
	const char *sent;
	char *line;
	size_t i, lines = 0;

	(void)state;
	assert_int_equal(r->code, 200);
	sent = (const char *)r->body.data;
	assert_non_null(strstr(sent, "User-Agent: Mozilla/5.0 (test)\r\n"));
	assert_non_null(strstr(sent, "Accept-Language: "));
	for (i = 0; i < r->nrequest_headers; i++) {
		line = xasprintf(
		    "\r\n%s: %s\r\n", r->request_headers[i].name, r->request_headers[i].value);
		assert_non_null(strstr(sent, line));
		free(line);
	}
	for (; (sent = strstr(sent, "\r\n")) != NULL; sent += 2)
		lines++;
	/* Nothing else went out: request line, headers, empty line. */
	assert_int_equal(lines, r->nrequest_headers + 2);
	fetch_free(&f);
}

static void
test_bodies_are_kept_only_when_asked_for(void **state)
{
	struct fetch f;
	const struct http_request *r;

	(void)state;
	hand->conf.keep_bodies = false;
	r = fetch(&f, "/ok");
	hand->conf.keep_bodies = true;
	assert_int_equal(r->body.len, 0);
	assert_int_equal(r->body_length, 67);
	assert_string_equal(r->title, "It is well");
	fetch_free(&f);
}

static void
test_any_status_is_success(void **state)
{
	static const int codes[] = {200, 204, 404, 403, 451, 500, 503};
	char path[32];
	struct fetch f;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		snprintf(path, sizeof(path), "/status/%d", codes[i]);
		assert_int_equal(fetch(&f, path)->code, codes[i]);
		assert_null(f.failure);
		fetch_free(&f);
	}
	assert_int_equal(fetch(&f, "/generate_204")->code, 204);
	assert_int_equal(f.m->requests[0].body_length, 0);
	fetch_free(&f);
}

static void
test_a_redirect_is_told_not_followed(void **state)
{
	struct fetch f;
	const struct http_request *r = fetch(&f, "/redirect/3");
	char *expected = xasprintf("http://site.test:%d/redirect/2", peer.port);

	(void)state;
	assert_null(r->failure);
	assert_int_equal(r->code, 302);
	assert_string_equal(header(r->headers, r->nheaders, "Location"), "/redirect/2");
	assert_string_equal(r->location, expected);
	free(expected);
	fetch_free(&f);
}

static void
test_odd_redirects(void **state)
{
	static const struct {
		const char *path, *location, *failure;
	} cases[] = {
	    {"/location?to=https://warning.test/?from=site.test",
	        "https://warning.test/?from=site.test", NULL},
	    {"/location?to=https://", NULL, "http_invalid_redirect_location_host"},
	    {"/location?to=intent://open", NULL, NULL}, {"/location?to=http://%5b::1", NULL, NULL},
	    {"/status/302", NULL, NULL}, /* without Location */
	};
	const struct http_request *r;
	struct fetch f;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		r = fetch(&f, cases[i].path);
		assert_int_equal(r->code, 302);
		if (cases[i].failure != NULL)
			assert_string_equal(r->failure, cases[i].failure);
		else
			assert_null(r->failure);
		if (cases[i].location != NULL)
			assert_string_equal(r->location, cases[i].location);
		else
			assert_null(r->location);
		fetch_free(&f);
	}
}

static void
test_a_reset_in_mid_body_keeps_what_came(void **state)
{
	struct fetch f;
	const struct http_request *r = fetch(&f, "/reset");

	(void)state;
	assert_string_equal(r->failure, "connection_reset");
	assert_int_equal(r->err, ECONNRESET);
	assert_int_equal(r->code, 200);
	assert_int_equal(r->body_length, 5000);
	assert_false(r->body_is_truncated);
	assert_string_equal(f.m->events[f.m->nevents - 1].operation, "http_transaction_done");
	assert_string_equal(f.m->events[f.m->nevents - 1].failure, "connection_reset");
	fetch_free(&f);
}

static void
test_a_close_in_mid_body_is_an_eof(void **state)
{
	struct fetch f;
	const struct http_request *r = fetch(&f, "/close");

	(void)state;
	assert_string_equal(r->failure, "eof_error");
	assert_int_equal(r->code, 200);
	assert_int_equal(r->body_length, 5000);
	fetch_free(&f);
}

static void
assert_no_response(const struct http_request *r, const char *failure)
{
	assert_string_equal(r->failure, failure);
	assert_int_equal(r->code, 0);
	assert_int_equal(r->nheaders, 0);
	assert_int_equal(r->body_length, 0);
	assert_null(r->body_sha256);
	assert_null(r->title);
}

static void
test_no_answer_is_an_eof(void **state)
{
	struct fetch f;

	(void)state;
	assert_no_response(fetch(&f, "/empty"), "eof_error");
	fetch_free(&f);
}

static void
test_what_is_not_http_is_no_response(void **state)
{
	struct fetch f;

	(void)state;
	assert_no_response(fetch(&f, "/garbage"), "unknown_failure: http: not an HTTP response");
	fetch_free(&f);
}

static void
test_silence_ends_at_the_first_byte_limit(void **state)
{
	struct fetch f;
	const struct http_request *r;

	(void)state;
	hand->conf.http_first_ms = 50;
	r = fetch(&f, "/silent");
	hand->conf.http_first_ms = 20000;
	assert_no_response(r, "generic_timeout_error");
	assert_true(r->c.t - r->c.t0 >= 0.04);
	assert_true(r->c.t - r->c.t0 < 10);
	fetch_free(&f);
}

static void
test_a_slow_body_ends_at_the_whole_limit(void **state)
{
	struct fetch f;
	const struct http_request *r;

	(void)state;
	hand->conf.http_ms = 250;
	r = fetch(&f, "/slow");
	hand->conf.http_ms = 20000;
	assert_string_equal(r->failure, "generic_timeout_error");
	assert_int_equal(r->code, 200);
	assert_true(r->body_length > 0 && r->body_length < 1000);
	assert_true(r->c.t - r->c.t0 >= 0.2);
	/* The drip shows in the events. */
	event_after(f.m, event_after(f.m, 0, "read") + 1, "read");
	fetch_free(&f);
}

static void
test_an_endless_body_is_cut(void **state)
{
	struct fetch f;
	const struct http_request *r = fetch(&f, "/endless");
	size_t reads = 0, i;

	(void)state;
	assert_null(r->failure);
	assert_int_equal(r->code, 200);
	assert_true(r->body_is_truncated);
	assert_int_equal(r->body_length, hand->conf.body_cap);
	assert_int_equal(r->body.len, hand->conf.body_cap);
	for (i = 0; i < f.m->nevents; i++)
		reads += strcmp(f.m->events[i].operation, "read") == 0;
	assert_true(reads >= 1 && reads <= 64);
	fetch_free(&f);
}

static void
test_a_body_of_exactly_the_cap_is_whole(void **state)
{
	struct fetch f;

	(void)state;
	hand->conf.body_cap = 1000;
	assert_false(fetch(&f, "/bytes/1000")->body_is_truncated);
	assert_int_equal(f.m->requests[0].body_length, 1000);
	fetch_free(&f);
	assert_true(fetch(&f, "/bytes/1001")->body_is_truncated);
	assert_int_equal(f.m->requests[0].body_length, 1000);
	fetch_free(&f);
	hand->conf.body_cap = 512 * 1024;
}

static void
test_a_flood_of_headers_is_a_failure(void **state)
{
	static const char *const paths[] = {"/headerflood", "/longheader"};
	const struct http_request *r;
	struct fetch f;
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		r = fetch(&f, paths[i]);
		assert_string_equal(r->failure, "unknown_failure: http: headers too large");
		assert_true(r->headers_truncated);
		assert_int_equal(r->code, 200);
		assert_int_equal(r->body_length, 0);
		fetch_free(&f);
	}
}

/* Nothing is unpacked: neither is the memory filled, nor the hash one of bytes that nobody sent. */
static void
test_a_packed_page_stays_packed(void **state)
{
	struct fetch f;
	const struct http_request *r = fetch(&f, "/gzipbomb");
	const char *packed = header(r->headers, r->nheaders, "X-Packed");

	(void)state;
	assert_null(r->failure);
	assert_int_equal(r->code, 200);
	assert_non_null(packed);
	assert_int_equal(r->body_length, strtol(packed, NULL, 10));
	assert_false(r->body_is_truncated);
	assert_memory_equal(r->body.data, "\x1f\x8b", 2);
	fetch_free(&f);
}

/* A packed transfer, which nobody asked for, libcurl cannot be kept from unpacking; but it does not get far. */
static void
test_a_packed_transfer_is_cut(void **state)
{
	struct fetch f;
	const struct http_request *r = fetch(&f, "/transferbomb");

	(void)state;
	assert_null(r->failure);
	assert_int_equal(r->code, 200);
	assert_true(r->body_is_truncated);
	assert_int_equal(r->body_length, hand->conf.body_cap);
	assert_true(r->c.t - r->c.t0 < 10);
	fetch_free(&f);
}

static void
test_announced_sizes_are_not_believed(void **state)
{
	static const struct {
		const char *path, *failure;
		bool cut;
		int64_t least, most;
	} rows[] = {
	    {"/gigabyte", NULL, true, 512 * 1024, 512 * 1024},
	    {"/chunks", NULL, true, 512 * 1024, 512 * 1024},
	    {"/boast", "eof_error", false, 3, 3},
	};
	const struct http_request *r;
	struct fetch f;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		r = fetch(&f, rows[i].path);
		print_message("# %s\n", rows[i].path);
		if (rows[i].failure == NULL)
			assert_null(r->failure);
		else
			assert_string_equal(r->failure, rows[i].failure);
		assert_int_equal(r->code, 200);
		assert_int_equal(r->body_is_truncated, rows[i].cut);
		assert_true(r->body_length >= rows[i].least && r->body_length <= rows[i].most);
		assert_true(r->c.t - r->c.t0 < 10);
		fetch_free(&f);
	}
	/* A size that no number holds: an error of HTTP, named in libcurl's words. */
	r = fetch(&f, "/hugechunk");
	assert_non_null(r->failure);
	assert_memory_equal(r->failure, "unknown_failure: http: ", 23);
	assert_int_equal(r->code, 200);
	assert_int_equal(r->body_length, 0);
	fetch_free(&f);
}

static void
test_interim_responses_without_end_are_a_flood(void **state)
{
	struct fetch f;
	const struct http_request *r = fetch(&f, "/interim");

	(void)state;
	assert_string_equal(r->failure, "unknown_failure: http: headers too large");
	assert_true(r->header_bytes < 1024 * 1024);
	assert_true(r->c.t - r->c.t0 < 10);
	fetch_free(&f);
}

/* The page passes by, and what it is known for stays, whether the page is kept or not. */
static void
test_a_known_page_is_named(void **state)
{
	static const char rows[] = "name,scope,location_found,pattern_type,pattern,expected_countries\n"
				   "test.block,isp,body,contains,by order of the test,KZ\n"
				   "test.late,isp,body,contains,xx,\n"
				   "test.challenge,fp,header.cf-mitigated,full,challenge,\n";
	struct fingerprints *f = fingerprints_new();
	static char kz[] = "KZ", ru[] = "RU";
	const struct http_request *r;
	struct fetch fetched;

	(void)state;
	assert_int_equal(fingerprints_parse(f, "rows", rows, sizeof(rows) - 1), 0);
	hand->probe.fingerprints = f;
	hand->conf.keep_bodies = false;
	hand->conf.country = kz;
	r = fetch(&fetched, "/blocked");
	assert_string_equal(r->fingerprint, "test.block");
	assert_false(r->fingerprint_fp);
	assert_int_equal(r->body.len, 0);
	assert_string_equal(r->title, "Blocked");
	fetch_free(&fetched);

	r = fetch(&fetched, "/challenge");
	assert_string_equal(r->fingerprint, "test.challenge");
	assert_true(r->fingerprint_fp);
	fetch_free(&fetched);

	assert_null(fetch(&fetched, "/ok")->fingerprint);
	fetch_free(&fetched);

	/* Only the beginning is held, the hash is of all. */
	r = fetch(&fetched, "/bytes/200000");
	assert_string_equal(r->fingerprint, "test.late");
	assert_int_equal(r->body_length, 200000);
	fetch_free(&fetched);

	hand->conf.keep_bodies = true;
	hand->conf.country = ru;
	r = fetch(&fetched, "/blocked");
	assert_null(r->fingerprint);
	assert_true(r->body.len > 0);
	fetch_free(&fetched);
	hand->probe.fingerprints = NULL;
	hand->conf.country = NULL;
	fingerprints_free(f);
}

static void
test_a_response_without_headers(void **state)
{
	struct fetch f;
	const struct http_request *r = fetch(&f, "/noheader");

	(void)state;
	assert_null(r->failure);
	assert_int_equal(r->code, 200);
	assert_int_equal(r->nheaders, 0);
	assert_int_equal(r->body_length, 19);
	fetch_free(&f);
}

static void
test_headers_twice_folded_and_after_an_interim_response(void **state)
{
	struct fetch f;
	const struct http_request *r = fetch(&f, "/headers");

	(void)state;
	assert_null(r->failure);
	assert_int_equal(r->code, 200);
	assert_int_equal(r->nheaders, 5);
	assert_string_equal(r->headers[0].value, "one");
	assert_string_equal(r->headers[1].value, "first second");
	assert_string_equal(r->headers[2].value, "two");
	assert_string_equal(r->headers[3].value, "");
	assert_null(header(r->headers, r->nheaders, "X-Early"));
	fetch_free(&f);
}

static void
test_a_title_in_another_charset_keeps_its_bytes(void **state)
{
	struct fetch f;

	(void)state;
	assert_string_equal(fetch(&f, "/latin1")->title, "\xcd\xee\xe2\xee\xf1\xf2\xe8");
	fetch_free(&f);
}

/* A port of 127.0.0.1 that nobody listens on. */
static int
closed_port(void)
{
	struct sockaddr_in sa = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(sa);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_return_code(bind(fd, (struct sockaddr *)&sa, len), errno);
	assert_return_code(getsockname(fd, (struct sockaddr *)&sa, &len), errno);
	close(fd);
	return ntohs(sa.sin_port);
}

static void
test_a_refused_connection_never_becomes_a_transaction(void **state)
{
	char *url = xasprintf("http://site.test:%d/", closed_port());
	struct fetch f;
	const struct http_request *r = fetch(&f, url);

	(void)state;
	assert_no_response(r, "connection_refused");
	assert_int_equal(r->err, ECONNREFUSED);
	assert_int_equal(f.m->nevents, 1);
	assert_string_equal(f.m->events[0].operation, "connect");
	assert_string_equal(f.m->events[0].failure, "connection_refused");
	free(url);
	fetch_free(&f);
}

static void
test_the_environments_proxies_are_ignored(void **state)
{
	static const char *const names[] = {"http_proxy", "ALL_PROXY", "all_proxy"};
	char *proxy = xasprintf("http://127.0.0.1:%d", closed_port());
	struct fetch f;
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++)
		setenv(names[i], proxy, 1);
	assert_int_equal(fetch(&f, "/ok")->code, 200);
	for (i = 0; i < 3; i++)
		unsetenv(names[i]);
	free(proxy);
	fetch_free(&f);
}

static void
test_what_cannot_be_asked_is_an_invalid_argument(void **state)
{
	struct fetch f;

	(void)state;
	assert_string_equal(fetch(&f, "ftp://site.test/")->failure, "invalid_argument");
	assert_int_equal(f.m->nevents, 0);
	fetch_free(&f);
	fetch_new(&f, "/ok");
	check_cancel(f.check);
	hand_probe_drain(hand);
	f.check = check_http_new(&hand->probe, f.m, f.url, "site.test", fetch_done, &f);
	check_start(f.check);
	assert_string_equal(fetch_wait(&f)->failure, "invalid_argument");
	fetch_free(&f);
}

static void
test_the_bytes_are_counted(void **state)
{
	int64_t in = hand->probe.bytes_in, out = hand->probe.bytes_out, request = 0;
	struct fetch f;
	const struct http_request *r = fetch(&f, "/bytes/1000");
	size_t i;

	(void)state;
	for (i = 0; i < r->nrequest_headers; i++)
		request += (int64_t)(strlen(r->request_headers[i].name) +
		                     strlen(r->request_headers[i].value) + 4);
	assert_int_equal(hand->probe.bytes_in - in, r->header_bytes + 1000);
	assert_int_equal(hand->probe.bytes_out - out,
	    request + (int64_t)strlen("GET /bytes/1000 HTTP/1.1\r\n\r\n"));
	fetch_free(&f);
}

static void
test_a_cancelled_check_is_silent(void **state)
{
	struct fetch before, running, f;

	(void)state;
	fetch_new(&before, "/silent");
	check_cancel(before.check);
	fetch_new(&running, "/slow");
	check_start(running.check);
	while (running.m->nevents < 3)
		assert_int_equal(event_base_loop(hand->probe.base, EVLOOP_ONCE), 0);
	check_cancel(running.check);
	fetch(&f, "/ok");
	hand_probe_drain(hand);
	assert_false(before.done || running.done);
	assert_int_equal(before.m->nrequests + running.m->nrequests, 0);
	fetch_free(&before);
	fetch_free(&running);
	fetch_free(&f);
}

static void
test_done_may_cancel_another(void **state)
{
	struct fetch silent, f;

	(void)state;
	fetch_new(&silent, "/silent");
	check_start(silent.check);
	fetch_new(&f, "/ok");
	f.victim = silent.check;
	check_start(f.check);
	fetch_wait(&f);
	hand_probe_drain(hand);
	assert_false(silent.done);
	fetch_free(&silent);
	fetch_free(&f);
}

static void
test_many_at_once(void **state)
{
	static const char *const paths[] = {"/ok", "/reset", "/close", "/empty", "/endless"};
	static const char *const failures[] = {
	    NULL, "connection_reset", "eof_error", "eof_error", NULL};
	struct fetch f[60];
	size_t i;

	(void)state;
	for (i = 0; i < 60; i++) {
		fetch_new(&f[i], paths[i % 5]);
		check_start(f[i].check);
	}
	for (i = 0; i < 60; i++) {
		fetch_wait(&f[i]);
		if (failures[i % 5] == NULL)
			assert_null(f[i].failure);
		else
			assert_string_equal(f[i].failure, failures[i % 5]);
	}
	for (i = 0; i < 60; i++)
		fetch_free(&f[i]);
}

static int
setup(void **state)
{
	(void)state;
	peer_start(&peer, "peer_http", NULL);
	hand = hand_probe_new(NULL);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	hand_probe_free(hand);
	return peer_stop(&peer);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_a_page_is_recorded),
	    cmocka_unit_test(test_the_steps_are_events_in_order),
	    cmocka_unit_test(test_read_events_count_every_byte_of_a_small_answer),
	    cmocka_unit_test(test_the_recorded_headers_are_those_sent),
	    cmocka_unit_test(test_bodies_are_kept_only_when_asked_for),
	    cmocka_unit_test(test_any_status_is_success),
	    cmocka_unit_test(test_a_redirect_is_told_not_followed),
	    cmocka_unit_test(test_odd_redirects),
	    cmocka_unit_test(test_a_reset_in_mid_body_keeps_what_came),
	    cmocka_unit_test(test_a_close_in_mid_body_is_an_eof),
	    cmocka_unit_test(test_no_answer_is_an_eof),
	    cmocka_unit_test(test_what_is_not_http_is_no_response),
	    cmocka_unit_test(test_silence_ends_at_the_first_byte_limit),
	    cmocka_unit_test(test_a_slow_body_ends_at_the_whole_limit),
	    cmocka_unit_test(test_an_endless_body_is_cut),
	    cmocka_unit_test(test_a_body_of_exactly_the_cap_is_whole),
	    cmocka_unit_test(test_a_flood_of_headers_is_a_failure),
	    cmocka_unit_test(test_a_packed_page_stays_packed),
	    cmocka_unit_test(test_a_packed_transfer_is_cut),
	    cmocka_unit_test(test_announced_sizes_are_not_believed),
	    cmocka_unit_test(test_interim_responses_without_end_are_a_flood),
	    cmocka_unit_test(test_a_known_page_is_named),
	    cmocka_unit_test(test_a_response_without_headers),
	    cmocka_unit_test(test_headers_twice_folded_and_after_an_interim_response),
	    cmocka_unit_test(test_a_title_in_another_charset_keeps_its_bytes),
	    cmocka_unit_test(test_a_refused_connection_never_becomes_a_transaction),
	    cmocka_unit_test(test_the_environments_proxies_are_ignored),
	    cmocka_unit_test(test_what_cannot_be_asked_is_an_invalid_argument),
	    cmocka_unit_test(test_the_bytes_are_counted),
	    cmocka_unit_test(test_a_cancelled_check_is_silent),
	    cmocka_unit_test(test_done_may_cancel_another),
	    cmocka_unit_test(test_many_at_once),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
