/* What webhook_setup.h and webhook_retry.h promise. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/log.h"
#include "probe/webhook_retry.h"
#include "probe/webhook_setup.h"

/* --- URLs ------------------------------------------------------------------------------------ */

static void
https_goes_anywhere_and_http_to_this_machine(void **state)
{
	static const char *const good[] = {"https://example.org/", "https://example.org:8443/hook?a=b",
	    "https://192.0.2.1/", "https://[2001:db8::1]/x", "https://example.org/x#192.0.2.1,2001:db8::1",
	    "HTTPS://example.org", "http://127.0.0.1:8080/x", "http://127.1.2.3/", "http://[::1]:80/",
	    "http://localhost/", "http://LocalHost:1/", "http://0x7f000001/"};
	static const char *const bad[] = {"", "example.org", "http://example.org/", "http://192.0.2.1/",
	    "http://[2001:db8::1]/", "http://[::ffff:127.0.0.1]/", "http://127.0.0.1.example.org/",
	    "http://localhost.example.org/", "http://localhost@example.org/", "ftp://127.0.0.1/",
	    "file:///etc/passwd", "https://", "http://[::1", "http://128.0.0.1/"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_null(webhook_url_wrong(good[i]));
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_non_null(webhook_url_wrong(bad[i]));
		assert_non_null(strstr(webhook_url_wrong(bad[i]), "an https:// URL is wanted"));
	}
}

static void
what_else_is_wrong_with_a_url_has_its_words(void **state)
{
	(void)state;
	assert_non_null(strstr(webhook_url_wrong("https://me:word@example.org/"), "no user and password"));
	assert_non_null(strstr(webhook_url_wrong("https://me@example.org/"), "no user and password"));
	assert_non_null(strstr(webhook_url_wrong("https://example.org/#nonsense"), "must be IP addresses"));
	/* Or the record would go there in the clear. */
	assert_non_null(strstr(webhook_url_wrong("http://localhost/#192.0.2.1"), "no address may be given"));
}

static void
the_log_gets_no_path(void **state)
{
	static const char *const cases[][2] = {
	    {"https://hooks.example.org/services/SECRET", "https://hooks.example.org"},
	    {"https://[2001:db8::1]:8443/SECRET?key=SECRET#192.0.2.1", "https://[2001:db8::1]:8443"},
	};
	char *place;
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		place = webhook_url_place(cases[i][0]);
		assert_string_equal(place, cases[i][1]);
		free(place);
	}
}

/* --- the header file ------------------------------------------------------------------------- */

static void
a_header_is_one_line(void **state)
{
	static const char *const good[][2] = {
	    {"Authorization: Bearer abc\n", "Authorization: Bearer abc"},
	    {"X-Token:abc\r\n", "X-Token:abc"},
	    {"X-Token: a b\tc", "X-Token: a b\tc"},
	    {"X-Name: имя\n", "X-Name: имя"},
	};
	static const char *const bad[][2] = {
	    {"", "it is empty"},
	    {"\n", "it is empty"},
	    {"abc\n", "it must be 'Name: value'"},
	    {": abc\n", "it must be 'Name: value'"},
	    {"X Token: abc\n", "it must be 'Name: value'"},
	    {"X-Token : abc\n", "it must be 'Name: value'"},
	    {"X-Token:\n", "it has no value"},
	    {"X-Token: \t\n", "it has no value"},
	    {"X-Token;\n", "it must be 'Name: value'"},
	    {"X-Token: abc\nX-Other: d\n", "it must be one line, without control characters"},
	    {"X-Token: abc\n\n", "it must be one line, without control characters"},
	    {"X-Token: a\rb\n", "it must be one line, without control characters"},
	    {"Content-Length: 5\n", "that header is not for the file to say"},
	    {"host: example.org\n", "that header is not for the file to say"},
	};
	const char *wrong;
	char *line, large[WEBHOOK_HEADER_MAX + 2];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		line = webhook_header_parse(good[i][0], strlen(good[i][0]), &wrong);
		assert_non_null(line);
		assert_null(wrong);
		assert_string_equal(line, good[i][1]);
		free(line);
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_null(webhook_header_parse(bad[i][0], strlen(bad[i][0]), &wrong));
		assert_string_equal(wrong, bad[i][1]);
	}
	assert_null(webhook_header_parse("X: a\0b\n", 7, &wrong));
	memset(large, 'x', sizeof(large));
	memcpy(large, "X: ", 3);
	assert_null(webhook_header_parse(large, WEBHOOK_HEADER_MAX + 1, &wrong));
	line = webhook_header_parse(large, WEBHOOK_HEADER_MAX, &wrong);
	assert_non_null(line);
	free(line);
}

static void
a_header_file_that_others_can_read_is_said(void **state)
{
	char path[] = "/tmp/netvane-test-XXXXXX", text[2048], *line;
	int fd = mkstemp(path), real_stderr = dup(STDERR_FILENO);
	FILE *capture = tmpfile();
	ssize_t n;

	(void)state;
	assert_true(fd >= 0 && capture != NULL && real_stderr >= 0);
	assert_int_equal(write(fd, "X-Token: abc\n", 13), 13);
	dup2(fileno(capture), STDERR_FILENO);
	line = webhook_header_read(path);
	assert_string_equal(line, "X-Token: abc");
	free(line);
	assert_int_equal(pread(fileno(capture), text, sizeof(text), 0), 0);
	assert_int_equal(fchmod(fd, 0644), 0);
	line = webhook_header_read(path);
	assert_string_equal(line, "X-Token: abc");
	free(line);
	assert_int_equal(ftruncate(fd, 3), 0);
	assert_null(webhook_header_read(path));
	assert_int_equal(unlink(path), 0);
	assert_null(webhook_header_read(path));
	assert_null(webhook_header_read("/"));
	n = pread(fileno(capture), text, sizeof(text) - 1, 0);
	text[n] = '\0';
	dup2(real_stderr, STDERR_FILENO);
	close(real_stderr);
	fclose(capture);
	close(fd);
	assert_non_null(strstr(text, "can be read by others than its owner"));
	assert_non_null(strstr(text, "the webhook's header line: it must be 'Name: value'"));
	assert_non_null(strstr(text, "cannot be read: No such file"));
}

/* --- answers and pauses ---------------------------------------------------------------------- */

static void
an_answer_is_taken_refused_or_later(void **state)
{
	static const struct {
		long status;
		enum webhook_answer answer;
	} cases[] = {
	    {200, WEBHOOK_TAKEN}, {201, WEBHOOK_TAKEN}, {204, WEBHOOK_TAKEN}, {299, WEBHOOK_TAKEN},
	    {0, WEBHOOK_LATER}, {103, WEBHOOK_LATER}, {408, WEBHOOK_LATER}, {429, WEBHOOK_LATER},
	    {500, WEBHOOK_LATER}, {503, WEBHOOK_LATER}, {599, WEBHOOK_LATER},
	    {301, WEBHOOK_REFUSED}, {308, WEBHOOK_REFUSED}, {400, WEBHOOK_REFUSED}, {401, WEBHOOK_REFUSED},
	    {404, WEBHOOK_REFUSED}, {409, WEBHOOK_REFUSED}, {425, WEBHOOK_REFUSED}, {600, WEBHOOK_REFUSED},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(webhook_answer(cases[i].status), cases[i].answer);
}

static void
pauses_double_up_to_a_quarter_of_an_hour(void **state)
{
	(void)state;
	assert_int_equal(webhook_pause_ms(1, 5000, 0, 1), 5000);
	assert_int_equal(webhook_pause_ms(2, 5000, 0, 1), 10000);
	assert_int_equal(webhook_pause_ms(5, 5000, 0, 1), 80000);
	assert_int_equal(webhook_pause_ms(9, 5000, 0, 1), WEBHOOK_PAUSE_MOST_MS);
	assert_int_equal(webhook_pause_ms(4000000000, 5000, 0, 1), WEBHOOK_PAUSE_MOST_MS);
	/* Chance takes up to the half of it. */
	assert_int_equal(webhook_pause_ms(2, 5000, 0, 0), 5000);
	assert_int_equal(webhook_pause_ms(2, 5000, 0, 0.5), 7500);
}

static void
a_server_may_ask_for_up_to_an_hour(void **state)
{
	(void)state;
	assert_int_equal(webhook_pause_ms(1, 5000, 1, 0), 1000);
	assert_int_equal(webhook_pause_ms(9, 5000, 120, 0), 120000);
	assert_int_equal(webhook_pause_ms(9, 5000, 120, 1), 132000);
	assert_int_equal(webhook_pause_ms(1, 5000, INT64_MAX, 0), 3600000);
	assert_int_equal(webhook_pause_ms(1, 5000, -1, 1), 5000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(https_goes_anywhere_and_http_to_this_machine),
	    cmocka_unit_test(what_else_is_wrong_with_a_url_has_its_words),
	    cmocka_unit_test(the_log_gets_no_path),
	    cmocka_unit_test(a_header_is_one_line),
	    cmocka_unit_test(a_header_file_that_others_can_read_is_said),
	    cmocka_unit_test(an_answer_is_taken_refused_or_later),
	    cmocka_unit_test(pauses_double_up_to_a_quarter_of_an_hour),
	    cmocka_unit_test(a_server_may_ask_for_up_to_an_hour),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
