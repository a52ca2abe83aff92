/* What webhook.h promises, with a real server on loopback. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>
#include <event2/event.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "probe/webhook.h"
#include "tests/certs.h"
#include "tests/hand_probe.h"
#include "tests/peer.h"

struct stage {
	char dir[64];
	char *outbox, *log; /* where the server notes what it is sent */
	struct hand_probe *hand;
	struct peer peer;
	struct webhook *webhook;
	struct webhook_options options;
	bool stopped;
	FILE *capture;
	int real_stderr;
};

static int
setup(void **state)
{
	struct stage *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return -1;
	strcpy(s->dir, "/tmp/netvane-test-XXXXXX");
	s->capture = tmpfile();
	s->real_stderr = dup(STDERR_FILENO);
	if (mkdtemp(s->dir) == NULL || s->capture == NULL ||
	    dup2(fileno(s->capture), STDERR_FILENO) < 0)
		return -1;
	log_init("netvane", LOG_LEVEL_INFO);
	s->outbox = xasprintf("%s/outbox", s->dir);
	s->log = xasprintf("%s/log", s->dir);
	s->hand = hand_probe_new(certs_path("root.pem"));
	s->options = (struct webhook_options){.outbox = s->outbox, .waiting_max = 10,
	    .waiting_bytes = 1 << 20, .first_pause_ms = 10, .time_ms = 20000};
	*state = s;
	return 0;
}

static void
on_stopped(void *arg)
{
	struct stage *s = arg;

	assert_false(s->stopped);
	s->stopped = true;
}

static void
stop(struct stage *s, int within_ms)
{
	s->stopped = false;
	webhook_stop(s->webhook, within_ms, on_stopped, s);
	assert_false(s->stopped); /* from the loop */
	hand_probe_run(s->hand, &s->stopped);
	webhook_free(s->webhook);
	s->webhook = NULL;
}

static void
stop_peer(struct stage *s)
{
	if (s->peer.pid != 0)
		assert_int_equal(peer_stop(&s->peer), 0);
	s->peer.pid = 0;
}

static int
teardown(void **state)
{
	struct stage *s = *state;
	char *command = xasprintf("rm -r '%s'", s->dir);
	int result;

	if (s->webhook != NULL)
		stop(s, 0);
	hand_probe_free(s->hand); /* asserts that no event is left */
	stop_peer(s);
	dup2(s->real_stderr, STDERR_FILENO);
	close(s->real_stderr);
	fclose(s->capture);
	result = system(command);
	free(command);
	free(s->outbox);
	free(s->log);
	free(s);
	return result;
}

static const char *
logged(struct stage *s)
{
	static char text[16384];
	ssize_t n = pread(fileno(s->capture), text, sizeof(text) - 1, 0);

	assert_true(n >= 0);
	text[n] = '\0';
	return text;
}

static size_t
times(const char *text, const char *what)
{
	size_t n = 0;

	while ((text = strstr(text, what)) != NULL) {
		text += strlen(what);
		n++;
	}
	return n;
}

/* What the server was sent so far; static. */
static const char *
sent(struct stage *s)
{
	static char text[16384];
	FILE *file = fopen(s->log, "re");
	size_t n = file != NULL ? fread(text, 1, sizeof(text) - 1, file) : 0;

	if (file != NULL)
		fclose(file);
	text[n] = '\0';
	return text;
}

/* Files that wait in the outbox. */
static int
files(const struct stage *s)
{
	DIR *d = opendir(s->outbox);
	int n = -2;

	if (d == NULL)
		return 0;
	while (readdir(d) != NULL)
		n++;
	closedir(d);
	return n;
}

static void
start_peer(struct stage *s, const char *chain)
{
	peer_start(&s->peer, "peer_http", "--cert", certs_path(chain), "--key", certs_path("key.pem"), NULL);
}

/* Sends to that place with these parameters of the route /take. */
static void
begin_at(struct stage *s, const char *place, const char *parameters)
{
	char *url = xasprintf("%s:%d/take?file=%s&%s", place, s->peer.port, s->log, parameters);

	s->options.url = url;
	s->webhook = webhook_new(&s->hand->probe, &s->options);
	assert_non_null(s->webhook);
	s->options.url = NULL;
	free(url);
}

static void
begin(struct stage *s, const char *parameters)
{
	start_peer(s, "good.pem");
	begin_at(s, "https://127.0.0.1", parameters);
}

static void
give(struct stage *s, const char *id, const char *json)
{
	webhook_send(s->webhook, id, json, strlen(json));
}

static struct webhook_counts
counts(const struct stage *s)
{
	struct webhook_counts c;

	webhook_count(s->webhook, &c);
	return c;
}

/* Until nothing waits. */
static void
run(struct stage *s)
{
	while (counts(s).waiting > 0)
		assert_int_equal(event_base_loop(s->hand->probe.base, EVLOOP_ONCE), 0);
}

static void
run_until_failures(struct stage *s, uint64_t n)
{
	while (counts(s).failures < n)
		assert_int_equal(event_base_loop(s->hand->probe.base, EVLOOP_ONCE), 0);
}

/* A port on which nobody listens: bound, so that nobody else gets it. Close *fd to have it free. */
static int
closed_port(int *fd)
{
	struct sockaddr_in sin = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(sin);

	*fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(*fd >= 0);
	assert_int_equal(bind(*fd, (const struct sockaddr *)&sin, sizeof(sin)), 0);
	assert_int_equal(getsockname(*fd, (struct sockaddr *)&sin, &len), 0);
	return ntohs(sin.sin_port);
}

/* --- what is sent ---------------------------------------------------------------------------- */

static void
records_are_sent_in_order_each_over_a_connection_of_its_own(void **state)
{
	struct stage *s = *state;

	begin(s, "");
	give(s, "aa", "{\"n\":1}");
	give(s, "bb", "{\"n\":2}");
	assert_int_equal(files(s), 2);
	run(s);
	assert_string_equal(sent(s), "1 200 \"aa\" - {\"n\":1}\n2 200 \"bb\" - {\"n\":2}\n");
	assert_int_equal(counts(s).sent, 2);
	assert_int_equal(files(s), 0);
	assert_string_equal(logged(s), "");
}

static void
the_header_comes_from_a_file(void **state)
{
	struct stage *s = *state;
	char *path = xasprintf("%s/token", s->dir);
	int fd = open(path, O_WRONLY | O_CREAT, 0600);

	assert_int_equal(write(fd, "X-Token: very secret\n", 21), 21);
	close(fd);
	s->options.header_file = path;
	begin(s, "");
	s->options.header_file = NULL;
	give(s, "aa", "{}");
	run(s);
	assert_string_equal(sent(s), "1 200 \"aa\" very secret {}\n");
	free(path);
}

static void
a_long_record_goes_whole(void **state)
{
	struct stage *s = *state;
	char *json = xmalloc(100001);

	memset(json, 'x', 100000);
	json[100000] = '\0';
	begin(s, "");
	give(s, "aa", json);
	run(s);
	assert_int_equal(counts(s).sent, 1);
	free(json);
}

static void
a_name_is_looked_up_at_the_systems_resolver(void **state)
{
	struct stage *s = *state;
	char *path = xasprintf("%s/resolv.conf", s->dir), *text;
	struct peer dns;
	int fd = open(path, O_WRONLY | O_CREAT, 0600);

	peer_start(&dns, "peer_dns", "site.test=A:127.0.0.1", NULL);
	text = xasprintf("nameserver 127.0.0.1:%d\n", dns.port);
	assert_true(write(fd, text, strlen(text)) > 0);
	close(fd);
	s->hand->conf.resolv_conf = path;
	s->hand->conf.system_resolver = true;
	start_peer(s, "good.pem");
	begin_at(s, "https://site.test", "");
	give(s, "aa", "{}");
	give(s, "bb", "{}");
	run(s);
	assert_string_equal(sent(s), "1 200 \"aa\" - {}\n2 200 \"bb\" - {}\n");
	stop(s, 0);
	begin_at(s, "https://nobody.test", "");
	give(s, "aa", "{}");
	run_until_failures(s, 2);
	assert_non_null(strstr(logged(s), "cannot be reached (its name has no address)"));
	stop(s, 0);
	assert_int_equal(peer_stop(&dns), 0);
	free(text);
	free(path);
}

static void
addresses_may_be_given_and_localhost_needs_none(void **state)
{
	struct stage *s = *state;
	char *url;

	start_peer(s, "good.pem");
	url = xasprintf("https://site.test:%d/take?file=%s#127.0.0.1", s->peer.port, s->log);
	s->options.url = url;
	s->webhook = webhook_new(&s->hand->probe, &s->options);
	give(s, "aa", "{}");
	run(s);
	stop(s, 0);
	free(url);
	begin_at(s, "http://localhost", "");
	give(s, "bb", "{}");
	run(s);
	assert_string_equal(sent(s), "1 200 \"aa\" - {}\n2 200 \"bb\" - {}\n");
}

static void
what_is_no_place_to_send_to_is_refused_at_once(void **state)
{
	struct stage *s = *state;

	s->options.url = "http://example.org/";
	assert_null(webhook_new(&s->hand->probe, &s->options));
	assert_non_null(strstr(logged(s), "the webhook's URL: an https:// URL is wanted"));
	s->options.url = "https://127.0.0.1/";
	s->options.header_file = "/no/such/file";
	assert_null(webhook_new(&s->hand->probe, &s->options));
	assert_non_null(strstr(logged(s), "/no/such/file"));
}

/* --- what does not go well ------------------------------------------------------------------- */

static void
after_503_twice_it_is_taken(void **state)
{
	struct stage *s = *state;

	begin(s, "fail=503&times=2");
	give(s, "aa", "{}");
	give(s, "bb", "{}");
	run(s);
	assert_string_equal(sent(s), "1 503 \"aa\" - {}\n2 503 \"aa\" - {}\n3 200 \"aa\" - {}\n4 200 \"bb\" - {}\n");
	assert_int_equal(counts(s).failures, 2);
	assert_int_equal(times(logged(s), "answered with status 503"), 1);
	assert_int_equal(times(logged(s), "takes records again, 1 still wait"), 1);
	assert_null(strstr(logged(s), "/take")); /* the path may be a secret */
}

static void
retry_after_is_honoured(void **state)
{
	struct stage *s = *state;
	int64_t start = clock_mono_ns();

	begin(s, "fail=429&times=1&after=1");
	give(s, "aa", "{}");
	run(s);
	assert_true(clock_mono_ns() - start >= INT64_C(1000000000));
	assert_string_equal(sent(s), "1 429 \"aa\" - {}\n2 200 \"aa\" - {}\n");
}

static void
what_is_refused_is_not_sent_again_and_holds_nothing_up(void **state)
{
	struct stage *s = *state;

	begin(s, "fail=400&times=1");
	give(s, "aa", "{}");
	give(s, "bb", "{}");
	run(s);
	assert_string_equal(sent(s), "1 400 \"aa\" - {}\n2 200 \"bb\" - {}\n");
	assert_int_equal(counts(s).refused, 1);
	assert_int_equal(counts(s).sent, 1);
	assert_int_equal(files(s), 0);
	assert_non_null(strstr(logged(s), "answered with status 400, and the record is not sent to it again: look "
				       "at its URL and the header file"));
}

static void
a_redirect_is_followed_nowhere(void **state)
{
	struct stage *s = *state;
	char *url;

	start_peer(s, "good.pem");
	url = xasprintf("https://127.0.0.1:%d/location?to=https://127.0.0.1:%d/take%%3ffile=%s",
	    s->peer.port, s->peer.port, s->log);
	s->options.url = url;
	s->webhook = webhook_new(&s->hand->probe, &s->options);
	give(s, "aa", "{}");
	run(s);
	assert_int_equal(counts(s).refused, 1);
	assert_string_equal(sent(s), "");
	assert_non_null(strstr(logged(s), "redirects are not followed"));
	free(url);
}

static void
a_record_that_is_never_taken_is_given_up_for_those_behind_it(void **state)
{
	struct stage *s = *state;

	s->options.first_pause_ms = 0;
	begin(s, "fail=500&times=50");
	give(s, "poison", "{}");
	give(s, "bb", "{}");
	run(s);
	assert_int_equal(times(sent(s), "\"poison\""), WEBHOOK_ANSWERS_MAX);
	assert_non_null(strstr(sent(s), "51 200 \"bb\" - {}\n"));
	assert_int_equal(counts(s).refused, 1);
	assert_int_equal(counts(s).sent, 1);
	assert_non_null(strstr(logged(s), "others wait behind it"));
}

static void
a_server_that_is_down_gets_it_when_it_is_up(void **state)
{
	struct stage *s = *state;
	char port[16];
	int fd;

	s->peer.port = closed_port(&fd);
	snprintf(port, sizeof(port), "%d", s->peer.port);
	begin_at(s, "https://127.0.0.1", "");
	give(s, "aa", "{}");
	run_until_failures(s, 3);
	assert_int_equal(counts(s).waiting, 1);
	assert_int_equal(times(logged(s), "cannot be reached (connection_refused)"), 1);
	close(fd);
	peer_start(&s->peer, "peer_http", "--port", port, "--cert", certs_path("good.pem"), "--key",
	    certs_path("key.pem"), NULL);
	run(s);
	assert_string_equal(sent(s), "1 200 \"aa\" - {}\n");
}

static void
an_answer_that_never_comes_is_tried_again(void **state)
{
	struct stage *s = *state;
	char *url;

	start_peer(s, "good.pem");
	url = xasprintf("https://127.0.0.1:%d/silent", s->peer.port);
	s->options.url = url;
	s->options.time_ms = 300;
	s->webhook = webhook_new(&s->hand->probe, &s->options);
	give(s, "aa", "{}");
	run_until_failures(s, 2);
	assert_non_null(strstr(logged(s), "cannot be reached (generic_timeout_error)"));
	free(url);
}

/* The connection ends before there is a status: nobody knows whether it was taken. */
static void
a_server_that_hangs_up_gets_it_again_with_the_same_key(void **state)
{
	struct stage *s = *state;

	begin(s, "body=none");
	give(s, "aa", "{}");
	run_until_failures(s, 2);
	assert_int_equal(strncmp(sent(s), "1 200 \"aa\" - {}\n2 200 \"aa\" - {}\n", 32), 0);
}

static void
an_answer_without_end_is_not_listened_to(void **state)
{
	struct stage *s = *state;

	begin(s, "body=endless");
	give(s, "aa", "{}");
	run(s);
	assert_int_equal(counts(s).sent, 1);
	assert_string_equal(sent(s), "1 200 \"aa\" - {}\n");
}

static void
headers_without_end_are_no_answer(void **state)
{
	static const char *const paths[] = {"headerflood", "longheader", "interim", "garbage"};
	struct stage *s = *state;
	char *url;
	size_t i;

	start_peer(s, "good.pem");
	for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		url = xasprintf("https://127.0.0.1:%d/%s", s->peer.port, paths[i]);
		s->options.url = url;
		s->webhook = webhook_new(&s->hand->probe, &s->options);
		give(s, "aa", "{}");
		while (counts(s).failures == 0 && counts(s).waiting > 0)
			assert_int_equal(event_base_loop(s->hand->probe.base, EVLOOP_ONCE), 0);
		stop(s, 0);
		free(url);
	}
}

static void
nothing_goes_to_who_cannot_prove_who_he_is(void **state)
{
	static const char *const chains[] = {
	    "expired.pem", "untrusted.pem", "self-signed.pem", "wrong-host.pem", "future.pem"};
	struct stage *s = *state;
	size_t i;

	for (i = 0; i < sizeof(chains) / sizeof(chains[0]); i++) {
		start_peer(s, chains[i]);
		begin_at(s, "https://127.0.0.1", "");
		give(s, "aa", "{}");
		run_until_failures(s, 2);
		stop(s, 0);
		stop_peer(s);
	}
	assert_string_equal(sent(s), "");
	assert_int_equal(files(s), 1); /* it waits */
	assert_non_null(strstr(logged(s), "cannot be reached (ssl_invalid_certificate)"));
	assert_non_null(strstr(logged(s), "cannot be reached (ssl_unknown_authority)"));
	assert_non_null(strstr(logged(s), "cannot be reached (ssl_invalid_hostname)"));
}

static void
the_oldest_give_way_also_while_they_are_sent(void **state)
{
	struct stage *s = *state;
	char id[16];
	int i;

	begin(s, "");
	give(s, "first", "{}");
	/* One turn: the request is under way. */
	assert_int_equal(event_base_loop(s->hand->probe.base, EVLOOP_ONCE | EVLOOP_NONBLOCK), 0);
	for (i = 0; i < 12; i++) {
		snprintf(id, sizeof(id), "r%d", i);
		give(s, id, "{}");
	}
	assert_int_equal(counts(s).waiting, 10);
	run(s);
	assert_int_equal(counts(s).dropped, 3);
	assert_int_equal(times(sent(s), "\"r1\""), 0);
	assert_int_equal(times(sent(s), "\"r2\""), 1);
	assert_int_equal(times(sent(s), "\"r11\""), 1);
	assert_non_null(strstr(logged(s), "is full"));
}

/* --- pauses and ends ------------------------------------------------------------------------- */

static void
while_it_is_held_nothing_is_sent(void **state)
{
	struct stage *s = *state;

	begin(s, "");
	webhook_hold(s->webhook, true);
	give(s, "aa", "{}");
	hand_probe_drain(s->hand);
	assert_string_equal(sent(s), "");
	assert_int_equal(files(s), 1);
	webhook_hold(s->webhook, false);
	run(s);
	assert_string_equal(sent(s), "1 200 \"aa\" - {}\n");
}

static void
holding_cuts_off_what_is_under_way_and_letting_go_tries_at_once(void **state)
{
	struct stage *s = *state;
	char *url;

	start_peer(s, "good.pem");
	url = xasprintf("https://127.0.0.1:%d/silent", s->peer.port);
	s->options.url = url;
	s->options.first_pause_ms = 3600000;
	s->webhook = webhook_new(&s->hand->probe, &s->options);
	give(s, "aa", "{}");
	assert_int_equal(event_base_loop(s->hand->probe.base, EVLOOP_ONCE | EVLOOP_NONBLOCK), 0);
	webhook_hold(s->webhook, true);
	hand_probe_drain(s->hand); /* or it would take the request's 20 seconds */
	assert_int_equal(counts(s).failures, 0);
	assert_int_equal(counts(s).waiting, 1);
	stop(s, 0);
	free(url);
	stop_peer(s);
	begin(s, "fail=503&times=1");
	run_until_failures(s, 1); /* now it would wait for half an hour */
	webhook_hold(s->webhook, true);
	webhook_hold(s->webhook, false);
	run(s);
	assert_string_equal(sent(s), "1 503 \"aa\" - {}\n2 200 \"aa\" - {}\n");
}

static void
stopping_sends_what_it_can(void **state)
{
	struct stage *s = *state;

	begin(s, "");
	give(s, "aa", "{}");
	give(s, "bb", "{}");
	stop(s, 20000);
	assert_string_equal(sent(s), "1 200 \"aa\" - {}\n2 200 \"bb\" - {}\n");
	assert_int_equal(files(s), 0);
}

static void
stopping_does_not_wait_for_who_does_not_take_it(void **state)
{
	struct stage *s = *state;
	int64_t start = clock_mono_ns();

	s->options.first_pause_ms = 3600000;
	begin(s, "fail=503&times=9");
	give(s, "aa", "{}");
	stop(s, 60000);
	assert_true(clock_mono_ns() - start < INT64_C(30000000000));
	assert_string_equal(sent(s), "1 503 \"aa\" - {}\n");
	assert_int_equal(files(s), 1);
	begin_at(s, "https://127.0.0.1", "fail=503&times=9");
	run_until_failures(s, 1);
	stop(s, 60000); /* in a pause */
	assert_int_equal(files(s), 1);
}

static void
stopping_cuts_off_what_takes_too_long(void **state)
{
	struct stage *s = *state;
	char *url, *path = xasprintf("%s/resolv.conf", s->dir), *text;
	int64_t start = clock_mono_ns();
	struct peer dns;
	int fd;

	start_peer(s, "good.pem");
	url = xasprintf("https://127.0.0.1:%d/silent", s->peer.port);
	s->options.url = url;
	s->options.time_ms = 600000;
	s->webhook = webhook_new(&s->hand->probe, &s->options);
	give(s, "aa", "{}");
	stop(s, 300);
	free(url);
	/* In a look-up. */
	peer_start(&dns, "peer_dns", "site.test=silent", NULL);
	text = xasprintf("nameserver 127.0.0.1:%d\n", dns.port);
	fd = open(path, O_WRONLY | O_CREAT, 0600);
	assert_true(write(fd, text, strlen(text)) > 0);
	close(fd);
	s->hand->conf.resolv_conf = path;
	s->hand->conf.system_resolver = true;
	begin_at(s, "https://site.test", "");
	stop(s, 300);
	assert_true(clock_mono_ns() - start < INT64_C(15000000000)); /* a look-up alone has 20 s */
	assert_int_equal(files(s), 1);
	assert_int_equal(peer_stop(&dns), 0);
	free(text);
	free(path);
}

/* --- across a restart ------------------------------------------------------------------------ */

/* Takes a record while the server cannot be reached, and is killed. */
static void
be_killed(struct stage *s)
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0) {
		s->hand = hand_probe_new(certs_path("root.pem"));
		begin_at(s, "https://127.0.0.1", "");
		give(s, "aa", "{\"n\":1}");
		give(s, "bb", "{\"n\":2}");
		run_until_failures(s, 1);
		raise(SIGKILL);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static void
what_a_killed_process_left_is_sent_once(void **state)
{
	struct stage *s = *state;
	int fd;

	s->peer.port = closed_port(&fd);
	be_killed(s);
	assert_int_equal(files(s), 2);
	close(fd);
	begin(s, "");
	run(s);
	assert_string_equal(sent(s), "1 200 \"aa\" - {\"n\":1}\n2 200 \"bb\" - {\"n\":2}\n");
	assert_non_null(strstr(logged(s), "2 records of before wait"));
	stop(s, 0);
	begin_at(s, "https://127.0.0.1", "");
	give(s, "cc", "{\"n\":3}");
	run(s);
	assert_int_equal(times(sent(s), "\"aa\""), 1);
	assert_int_equal(times(sent(s), "\"bb\""), 1);
	assert_int_equal(times(sent(s), "\"cc\""), 1);
}

static int
setup_group(void **state)
{
	(void)state;
	certs_make();
	return 0;
}

static int
teardown_group(void **state)
{
	(void)state;
	certs_remove();
	return 0;
}

#define CLAIM(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    CLAIM(records_are_sent_in_order_each_over_a_connection_of_its_own),
	    CLAIM(the_header_comes_from_a_file),
	    CLAIM(a_long_record_goes_whole),
	    CLAIM(a_name_is_looked_up_at_the_systems_resolver),
	    CLAIM(addresses_may_be_given_and_localhost_needs_none),
	    CLAIM(what_is_no_place_to_send_to_is_refused_at_once),
	    CLAIM(after_503_twice_it_is_taken),
	    CLAIM(retry_after_is_honoured),
	    CLAIM(what_is_refused_is_not_sent_again_and_holds_nothing_up),
	    CLAIM(a_redirect_is_followed_nowhere),
	    CLAIM(a_record_that_is_never_taken_is_given_up_for_those_behind_it),
	    CLAIM(a_server_that_is_down_gets_it_when_it_is_up),
	    CLAIM(an_answer_that_never_comes_is_tried_again),
	    CLAIM(a_server_that_hangs_up_gets_it_again_with_the_same_key),
	    CLAIM(an_answer_without_end_is_not_listened_to),
	    CLAIM(headers_without_end_are_no_answer),
	    CLAIM(nothing_goes_to_who_cannot_prove_who_he_is),
	    CLAIM(the_oldest_give_way_also_while_they_are_sent),
	    CLAIM(while_it_is_held_nothing_is_sent),
	    CLAIM(holding_cuts_off_what_is_under_way_and_letting_go_tries_at_once),
	    CLAIM(stopping_sends_what_it_can),
	    CLAIM(stopping_does_not_wait_for_who_does_not_take_it),
	    CLAIM(stopping_cuts_off_what_takes_too_long),
	    CLAIM(what_a_killed_process_left_is_sent_once),
	};

	return cmocka_run_group_tests(tests, setup_group, teardown_group);
}
