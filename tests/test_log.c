/* What log.h promises. Standard error is a file while each test runs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/log.h"

static FILE *capture;
static int real_stderr;

static int
setup(void **state)
{
	(void)state;
	capture = tmpfile();
	real_stderr = dup(STDERR_FILENO);
	if (capture == NULL || real_stderr < 0 || dup2(fileno(capture), STDERR_FILENO) < 0)
		return -1;
	unsetenv("JOURNAL_STREAM");
	log_init("netvane", LOG_LEVEL_INFO);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	log_set_hook(NULL, NULL);
	dup2(real_stderr, STDERR_FILENO);
	close(real_stderr);
	return fclose(capture);
}

/* All that was logged since the test began. */
static const char *
logged(void)
{
	static char text[8192];
	size_t n;

	rewind(capture);
	n = fread(text, 1, sizeof(text) - 1, capture);
	text[n] = '\0';
	return text;
}

static void
log_one_of_each(void)
{
	log_debug("d");
	log_info("i");
	log_warnx("w");
	log_errorx("e");
}

static void
a_level_shows_itself_and_what_matters_more(void **state)
{
	(void)state;
	log_one_of_each();
	assert_string_equal(logged(), "netvane: i\nnetvane: warning: w\nnetvane: error: e\n");
}

static void
the_least_level_shows_errors_only(void **state)
{
	(void)state;
	log_set_level(LOG_LEVEL_ERROR);
	assert_int_equal(log_get_level(), LOG_LEVEL_ERROR);
	log_one_of_each();
	assert_string_equal(logged(), "netvane: error: e\n");
}

static void
debug_shows_all_under_the_program_s_name(void **state)
{
	(void)state;
	log_init("netvane-analyze", LOG_LEVEL_DEBUG);
	log_one_of_each();
	assert_string_equal(logged(), "netvane-analyze: debug: d\nnetvane-analyze: i\n"
				      "netvane-analyze: warning: w\nnetvane-analyze: error: e\n");
}

static void
errno_is_told_and_kept(void **state)
{
	(void)state;
	errno = ENOENT;
	log_warn("%s", "lists/kz.csv");
	assert_int_equal(errno, ENOENT);
	log_error("opening %d", 3);
	log_warnx("no reason");
	assert_int_equal(errno, ENOENT);
	assert_string_equal(logged(), "netvane: warning: lists/kz.csv: No such file or directory\n"
				      "netvane: error: opening 3: No such file or directory\n"
				      "netvane: warning: no reason\n");
}

/* JOURNAL_STREAM as systemd sets it for the file that standard error is, plus `more'. */
static void
name_stream(unsigned long long more)
{
	char stream[64];
	struct stat st;

	assert_int_equal(fstat(STDERR_FILENO, &st), 0);
	snprintf(stream, sizeof(stream), "%llu:%llu", (unsigned long long)st.st_dev,
	    (unsigned long long)st.st_ino + more);
	setenv("JOURNAL_STREAM", stream, 1);
	log_init("netvane", LOG_LEVEL_DEBUG);
}

static void
a_journal_gets_priorities(void **state)
{
	(void)state;
	name_stream(0);
	log_one_of_each();
	assert_string_equal(logged(), "<7>netvane: debug: d\n<6>netvane: i\n"
				      "<4>netvane: warning: w\n<3>netvane: error: e\n");
}

static void
stderr_that_is_not_the_journal_gets_none(void **state)
{
	(void)state;
	name_stream(1);
	log_info("i");
	setenv("JOURNAL_STREAM", "nonsense", 1);
	log_init("netvane", LOG_LEVEL_INFO);
	log_info("i");
	assert_string_equal(logged(), "netvane: i\nnetvane: i\n");
}

static void
a_quoted_text_cannot_forge_a_line_or_drive_a_terminal(void **state)
{
	(void)state;
	log_info("title: %s", "a\nnetvane: error: b\r\x1b[2Jc\td\x7f \xc2\x9b qalaı");
	assert_string_equal(logged(), "netvane: title: a?netvane: error: b??[2Jc d? ?? qalaı\n");
}

static void
a_line_too_long_is_cut_and_still_ends(void **state)
{
	const char *text;

	(void)state;
	errno = ENOENT;
	log_warn("%05000d", 1);
	log_info("next");
	text = logged();
	assert_true(strlen(text) < 2100);
	assert_non_null(strstr(text, "0\nnetvane: next\n"));
}

static void
note_hook(void *arg)
{
	++*(int *)arg;
	fputs("[wiped]", stderr);
}

static void
the_hook_runs_before_each_line_that_is_shown(void **state)
{
	int calls = 0;

	(void)state;
	log_set_hook(note_hook, &calls);
	log_debug("not shown");
	log_info("one");
	log_set_hook(NULL, NULL);
	log_info("two");
	assert_int_equal(calls, 1);
	assert_string_equal(logged(), "[wiped]netvane: one\nnetvane: two\n");
}

static void
fatal_ends_with_71(void **state)
{
	pid_t child = fork();
	int status;

	(void)state;
	assert_true(child >= 0);
	if (child == 0) {
		errno = ENOSPC;
		log_fatal("writing");
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), EX_OSERR);
	assert_string_equal(logged(), "netvane: error: writing: No space left on device\n");
}

int
main(void)
{
#define CLAIM(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
	    CLAIM(a_level_shows_itself_and_what_matters_more),
	    CLAIM(the_least_level_shows_errors_only),
	    CLAIM(debug_shows_all_under_the_program_s_name),
	    CLAIM(errno_is_told_and_kept),
	    CLAIM(a_journal_gets_priorities),
	    CLAIM(stderr_that_is_not_the_journal_gets_none),
	    CLAIM(a_quoted_text_cannot_forge_a_line_or_drive_a_terminal),
	    CLAIM(a_line_too_long_is_cut_and_still_ends),
	    CLAIM(the_hook_runs_before_each_line_that_is_shown),
	    CLAIM(fatal_ends_with_71),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
