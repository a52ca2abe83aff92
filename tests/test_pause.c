/* What pause.h promises. */
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

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "probe/pause.h"

static int64_t
at(const char *text)
{
	int64_t us = 0;

	assert_int_equal(clock_parse(text, &us), 0);
	return us;
}

static struct pause
parse(const char *text)
{
	struct pause p;

	memset(&p, 'x', sizeof(p));
	pause_parse(&p, text, strlen(text));
	assert_true(p.there);
	return p;
}

static const char *
words(const struct pause *p)
{
	static struct buf text = BUF_EMPTY;

	buf_clear(&text);
	pause_words(p, &text);
	return buf_str(&text);
}

static void
a_pause_holds_until_its_time(void **state)
{
	struct pause p = parse("until = 2026-11-22T06:30:00Z\n");

	(void)state;
	assert_null(p.flaw);
	assert_true(pause_holds(&p, at("2026-11-22 06:29:59.999999")));
	assert_false(pause_holds(&p, at("2026-11-22 06:30")));
	/* A clock that was never set is before it. */
	assert_true(pause_holds(&p, 1));
	assert_string_equal(words(&p), "paused until 2026-11-22T06:30:00Z");
}

static void
a_pause_without_a_time_holds_until_somebody_resumes(void **state)
{
	struct pause p = parse("until = resume\nsince = 2026-11-22T06:30:00Z\nreason = a trip");

	(void)state;
	assert_null(p.flaw);
	assert_int_equal(p.since_us, at("2026-11-22 06:30"));
	assert_true(pause_holds(&p, INT64_MAX));
	assert_string_equal(words(&p), "paused until 'netvane resume' (a trip)");
}

static void
what_is_written_reads_back(void **state)
{
	struct pause p = {.there = true, .until_us = 1795329000123456, .since_us = 1795000000000001,
	    .reason = "выборы"}, q;
	struct buf text = BUF_EMPTY;

	(void)state;
	pause_write(&p, &text);
	q = parse(buf_str(&text));
	assert_null(q.flaw);
	assert_int_equal(q.until_us, p.until_us);
	assert_int_equal(q.since_us, p.since_us);
	assert_string_equal(q.reason, p.reason);
	buf_free(&text);
}

static void
what_is_not_understood_pauses_until_somebody_resumes(void **state)
{
	static const struct {
		const char *text, *flaw;
	} bad[] = {
	    {"", "it does not say until when"},
	    {"\n\n", "it does not say until when"},
	    {"reason = none", "it does not say until when"},
	    {"until = \n", "it has a time that is none"},
	    {"until = tomorrow\n", "it has a time that is none"},
	    {"until = 1960-01-01\n", "it has a time that is none"},
	    {"until = 2026-11-22\nsince = x", "it has a time that is none"},
	    {"until = 2026-11-22\nuntil = 2026-11-23", "it says something twice"},
	    {"until = 2026-11-22\nhosts = all", "it has a line that is not known"},
	    {"until=2026-11-22\n", "it has a line that is not known"},
	    {"until = 2026-11-22\nreason = \033[31m", "its reason has control characters"},
	    {"until = 2026-11-22\nreason = \xff", "its reason is too long, or not UTF-8"},
	};
	struct pause p;
	char large[PAUSE_FILE_MAX + 1];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		p = parse(bad[i].text);
		assert_string_equal(p.flaw, bad[i].flaw);
		assert_true(pause_holds(&p, INT64_MAX));
		assert_string_equal(p.reason, "");
	}
	assert_string_equal(words(&p), "paused until 'netvane resume' (the file 'paused' is to blame: "
				       "its reason is too long, or not UTF-8)");
	pause_parse(&p, "until = 2026-11-22\n\0", 20);
	assert_non_null(p.flaw);
	memset(large, '\n', sizeof(large));
	memcpy(large, "until = 2026-11-22", 18);
	pause_parse(&p, large, sizeof(large));
	assert_non_null(p.flaw);
	pause_parse(&p, large, sizeof(large) - 1);
	assert_null(p.flaw);
}

static void
durations_have_units(void **state)
{
	static const struct {
		const char *text;
		int64_t seconds;
	} cases[] = {
	    {"90m", 5400}, {"2h", 7200}, {"1d12h", 129600}, {"1w", 604800}, {"45s", 45},
	    {"1h 30m", 5400}, {"3660d", 316224000},
	    {"", -1}, {"2", -1}, {"h", -1}, {"2x", -1}, {"-2h", -1}, {"0s", -1}, {"1.5h", -1},
	    {"30m1h", -1}, {"1h1h", -1}, {"2h ago", -1}, {"3661d", -1}, {"9999999999s", -1},
	    {" 2h", -1}, {"2 h", -1},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(pause_duration(cases[i].text), cases[i].seconds);
}

/* --- the file -------------------------------------------------------------------------------- */

static char dir[64], *path, *fresh;

static int
setup(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/netvane-test-XXXXXX");
	if (mkdtemp(dir) == NULL)
		return -1;
	path = xasprintf("%s/paused", dir);
	fresh = xasprintf("%s/paused.new", dir);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	remove(path);
	free(path);
	free(fresh);
	return rmdir(dir);
}

static void
the_file_is_the_owners_alone_and_goes_with_a_resume(void **state)
{
	struct pause p = {.there = true, .until_us = 1795329000000000}, q;
	struct stat st;

	(void)state;
	pause_read(dir, &q);
	assert_false(q.there);
	assert_int_equal(pause_remove(dir), 0);
	assert_int_equal(pause_set(dir, &p), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(access(fresh, F_OK), -1);
	pause_read(dir, &q);
	assert_true(q.there);
	assert_int_equal(q.until_us, p.until_us);
	p.until_us = 0; /* a second one replaces it */
	assert_int_equal(pause_set(dir, &p), 0);
	pause_read(dir, &q);
	assert_int_equal(q.until_us, 0);
	assert_null(q.flaw);
	assert_int_equal(pause_remove(dir), 1);
	pause_read(dir, &q);
	assert_false(q.there);
	assert_string_equal(words(&q), "not paused");
}

static void
roots_pause_belongs_to_whom_the_directory_belongs(void **state)
{
	struct pause p = {.there = true};
	struct stat st;

	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(chown(dir, 12345, 12346), 0);
	assert_int_equal(pause_set(dir, &p), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_uid, 12345);
	assert_int_equal(st.st_gid, 12346);
}

static void
a_file_that_cannot_be_read_pauses(void **state)
{
	struct pause p;

	(void)state;
	assert_int_equal(mkdir(path, 0700), 0);
	pause_read(dir, &p);
	assert_true(pause_holds(&p, INT64_MAX));
	assert_string_equal(p.flaw, "it cannot be read");
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(symlink("/etc/passwd", path), 0);
	pause_read(dir, &p);
	assert_true(pause_holds(&p, INT64_MAX));
	assert_string_equal(p.flaw, "it cannot be opened");
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkfifo(path, 0600), 0); /* nobody writes into it, and it is not waited for */
	pause_read(dir, &p);
	assert_true(pause_holds(&p, INT64_MAX));
	assert_int_equal(unlink(path), 0);
	assert_int_equal(close(open(path, O_WRONLY | O_CREAT, 0600)), 0); /* touch */
	pause_read(dir, &p);
	assert_true(pause_holds(&p, INT64_MAX));
}

static void
without_a_state_directory_there_is_no_pause(void **state)
{
	struct pause p;

	(void)state;
	pause_read("/no/such/directory", &p);
	assert_false(p.there);
	pause_read("/dev/null", &p);
	assert_false(p.there);
	assert_int_equal(pause_remove("/no/such/directory"), 0);
}

#define IN_DIRECTORY(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_pause_holds_until_its_time),
	    cmocka_unit_test(a_pause_without_a_time_holds_until_somebody_resumes),
	    cmocka_unit_test(what_is_written_reads_back),
	    cmocka_unit_test(what_is_not_understood_pauses_until_somebody_resumes),
	    cmocka_unit_test(durations_have_units),
	    IN_DIRECTORY(the_file_is_the_owners_alone_and_goes_with_a_resume),
	    IN_DIRECTORY(roots_pause_belongs_to_whom_the_directory_belongs),
	    IN_DIRECTORY(a_file_that_cannot_be_read_pauses),
	    cmocka_unit_test(without_a_state_directory_there_is_no_pause),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
