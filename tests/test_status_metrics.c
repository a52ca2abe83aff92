/*
 * What the metrics promise: Prometheus' text format 0.0.4, checked by a reader of our own (and by promtool, in
 * tests/status_page.sh), whatever stands in the model; and a file that is whole at every moment.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "probe/status_file.h"
#include "probe/status_model.h"
#include "probe/status_view.h"
#include "tests/status_sample.h"

/* --- a reader of the format ------------------------------------------------------------------ */

struct sample {
	char *name, *labels; /* labels: as written between the braces, unescaped, each ended by a newline: "url=x\n" */
	double value;
};

struct page {
	struct arena *arena;
	struct sample *samples;
	size_t n;
	/* The metric that HELP and TYPE last spoke of. */
	char *metric, *type;
	char **metrics; /* all so far */
	size_t nmetrics;
};

static bool
is_name(const char *s, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (!isalpha((unsigned char)s[i]) && s[i] != '_' && (i == 0 || !isdigit((unsigned char)s[i])))
			return false;
	return len > 0;
}

/* "# HELP name text", then "# TYPE name type"; each metric has one group. */
static void
read_comment(struct page *page, const char *line)
{
	bool help = strncmp(line, "# HELP ", 7) == 0;
	const char *name = line + 7, *rest = strchr(name, ' ');
	size_t i;

	if ((!help && strncmp(line, "# TYPE ", 7) != 0) || rest == NULL || !is_name(name, (size_t)(rest - name)))
		fail_msg("no HELP or TYPE: %s", line);
	if (help) {
		assert_true(strlen(rest) > 1);
		page->metric = arena_strndup(page->arena, name, (size_t)(rest - name));
		page->type = NULL;
		for (i = 0; i < page->nmetrics; i++)
			if (strcmp(page->metrics[i], page->metric) == 0)
				fail_msg("a second group: %s", line);
		*ARENA_PUSH(page->arena, page->metrics, page->nmetrics) = page->metric;
		return;
	}
	page->type = arena_strdup(page->arena, rest + 1);
	assert_true(page->metric != NULL && strncmp(name, page->metric, (size_t)(rest - name)) == 0);
	assert_true(strcmp(page->type, "gauge") == 0 || strcmp(page->type, "counter") == 0);
	assert_int_equal(strcmp(page->type, "counter") == 0,
	    strlen(page->metric) > 6 && strcmp(page->metric + strlen(page->metric) - 6, "_total") == 0);
}

/* Label="value", with \\ \" and \n; returns what follows it. */
static const char *
read_label(const char *p, struct buf *out)
{
	const char *equals = strchr(p, '=');

	if (equals == NULL || !is_name(p, (size_t)(equals - p)) || equals[1] != '"')
		fail_msg("no label: %s", p);
	buf_add(out, p, (size_t)(equals - p) + 1);
	for (p = equals + 2; *p != '"'; p++) {
		if (*p == '\0')
			fail_msg("no end of a label");
		if (*p == '\\' && *++p != '\\' && *p != '"' && *p != 'n')
			fail_msg("no escape: \\%c", *p);
		buf_putc(out, *p == 'n' && p[-1] == '\\' ? '\n' : *p);
	}
	buf_putc(out, '\n');
	return p + 1;
}

static void
read_sample(struct page *page, const char *line)
{
	size_t len = strcspn(line, "{ "), i;
	const char *p = line + len;
	struct buf labels = BUF_EMPTY;
	struct sample sample;
	char *end;

	if (!is_name(line, len) || page->type == NULL || strlen(page->metric) != len || strncmp(line, page->metric, len) != 0)
		fail_msg("a sample out of its group: %s", line);
	if (*p == '{')
		do
			p = read_label(p + 1, &labels);
		while (*p == ',');
	if (*p == '}')
		p++;
	assert_int_equal(*p, ' ');
	sample.value = strtod(p + 1, &end);
	if (end == p + 1 || *end != '\0')
		fail_msg("no number: %s", p);
	sample.name = page->metric;
	sample.labels = arena_strdup(page->arena, buf_str(&labels));
	buf_free(&labels);
	for (i = 0; i < page->n; i++)
		if (strcmp(page->samples[i].name, sample.name) == 0 && strcmp(page->samples[i].labels, sample.labels) == 0)
			fail_msg("twice: %s", line);
	*ARENA_PUSH(page->arena, page->samples, page->n) = sample;
}

static void
read_page(struct page *page, const struct buf *text)
{
	char *copy, *line, *save;

	*page = (struct page){.arena = arena_new()};
	assert_true(text->len > 0 && text->data[text->len - 1] == '\n');
	assert_int_equal(strlen(text->data), text->len);
	assert_true(utf8_valid(text->data, text->len));
	copy = arena_strdup(page->arena, text->data);
	for (line = strtok_r(copy, "\n", &save); line != NULL; line = strtok_r(NULL, "\n", &save))
		if (line[0] == '#')
			read_comment(page, line);
		else
			read_sample(page, line);
}

static void
read_status(struct page *page, const struct status *st)
{
	struct buf text = BUF_EMPTY;

	status_metrics(st, status_sample_now, &text);
	read_page(page, &text);
	buf_free(&text);
}

/* The sample's value; -1 when there is none. */
static double
value_of(const struct page *page, const char *name, const char *labels)
{
	size_t i;

	for (i = 0; i < page->n; i++)
		if (strcmp(page->samples[i].name, name) == 0 && strcmp(page->samples[i].labels, labels) == 0)
			return page->samples[i].value;
	return -1;
}

#define assert_value(page, name, labels, v) assert_true(value_of((page), (name), (labels)) == (v))

/* --- claims ---------------------------------------------------------------------------------- */

static struct status *st;
static struct page page;

static int
setup(void **state)
{
	(void)state;
	st = status_new();
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	status_free(st);
	arena_free(page.arena);
	page.arena = NULL;
	return 0;
}

static void
they_say_what_is_so(void **state)
{
	(void)state;
	status_sample(st, false);
	read_status(&page, st);
	assert_value(&page, "netvane_build_info", "version=0.1.0\n", 1);
	assert_value(&page, "netvane_running", "", 1);
	assert_value(&page, "netvane_targets", "", 9);
	assert_value(&page, "netvane_last_round_timestamp_seconds", "", 1795329600 - 180);
	assert_value(&page, "netvane_network_state", "state=degraded\n", 1);
	assert_value(&page, "netvane_network_state", "state=online\n", 0);
	assert_value(&page, "netvane_open_anomalies", "", 2);
	assert_value(&page, "netvane_budget_used_bytes", "", 31234567);
	assert_value(&page, "netvane_journal_bytes", "", 412345678);
	assert_value(&page, "netvane_journal_trouble", "", 1);
	assert_value(&page, "netvane_spool_records", "", 12);
	assert_value(&page, "netvane_measurements_total", "", 8640);
	assert_value(&page, "netvane_target_burst", "url=https://x.com/\nlist=global-social\n", 0);
}

static void
a_target_has_one_status(void **state)
{
	static const char labels[] = "url=https://www.youtube.com/\nlist=global-social\nstatus=";
	enum verdict_status s;
	char *all;

	(void)state;
	status_sample(st, false);
	read_status(&page, st);
	for (s = VERDICT_OK; s < VERDICT_STATUS_MAX; s++) {
		all = xasprintf("%s%s\n", labels, verdict_status_name(s));
		assert_value(&page, "netvane_target_status", all, s == VERDICT_BLOCKED ? 1 : 0);
		free(all);
	}
}

static void
what_cannot_be_told_is_neither_reachable_nor_not(void **state)
{
	static const struct {
		enum verdict_status status;
		double reachable;
	} cases[] = {{VERDICT_OK, 1}, {VERDICT_IMPAIRED, 1}, {VERDICT_BLOCKED, 0}, {VERDICT_LIKELY_BLOCKED, 0},
	    {VERDICT_DOWN, 0}, {VERDICT_INSUFFICIENT, -1}, {VERDICT_NONE, -1}};
	char *labels;
	size_t i;

	(void)state;
	for (i = 0; i < 7; i++) {
		char url[] = "https://?.test/";

		url[8] = (char)('a' + (int)i);
		status_add_target(st, url, "l")->status = cases[i].status;
	}
	read_status(&page, st);
	for (i = 0; i < 7; i++) {
		labels = xasprintf("url=https://%c.test/\nlist=l\n", (int)('a' + i));
		assert_value(&page, "netvane_target_reachable", labels, cases[i].reachable);
		free(labels);
	}
}

static void
what_is_not_known_has_no_sample(void **state)
{
	(void)state;
	read_status(&page, st);
	assert_value(&page, "netvane_running", "", 0);
	assert_value(&page, "netvane_targets", "", 0);
	assert_value(&page, "netvane_last_round_timestamp_seconds", "", -1);
	assert_value(&page, "netvane_budget_limit_bytes", "", -1);
	assert_value(&page, "netvane_rounds_total", "", -1);
	assert_value(&page, "netvane_window_seconds", "", -1);
}

static void
gaps_add_up_by_their_cause_within_the_window(void **state)
{
	const int64_t day = INT64_C(86400) * 1000000;

	(void)state;
	status_set_grid(st, status_sample_now, 7, 86400);
	status_add_gap(st, status_sample_now - 2 * day, status_sample_now - 2 * day + 100000000, "shutdown");
	status_add_gap(st, status_sample_now - day, status_sample_now - day + 50000000, "powered_off");
	status_add_gap(st, status_sample_now - day / 2, status_sample_now - day / 2 + 7000000, "shutdown");
	status_add_gap(st, status_sample_now - 100 * day, status_sample_now - 50 * day, "paused");
	status_add_gap(st, status_sample_now - 3000000, 0, "no_link");
	read_status(&page, st);
	assert_value(&page, "netvane_gap_seconds", "cause=shutdown\n", 107);
	assert_value(&page, "netvane_gap_seconds", "cause=powered_off\n", 50);
	assert_value(&page, "netvane_gap_seconds", "cause=paused\n", 0);
	assert_value(&page, "netvane_gap_seconds", "cause=no_link\n", 3);
	assert_value(&page, "netvane_window_seconds", "", (double)(6 * 86400 + 6 * 3600 + 40 * 60));
}

static void
hostile_texts_stay_inside_their_labels(void **state)
{
	size_t i;

	(void)state;
	status_sample(st, true);
	for (i = 0; i < STATUS_HOSTILE; i++)
		status_add_target(st, status_hostile[i], status_hostile[STATUS_HOSTILE - 1 - i]);
	read_status(&page, st);
	for (i = 0; i < page.n; i++)
		assert_int_equal(strncmp(page.samples[i].name, "netvane_", 8), 0);
}

static void
labels_say_what_the_texts_are(void **state)
{
	(void)state;
	status_add_target(st, "back\\slash \"quotes\" new\nline {}=,", "€ \377 \\");
	read_status(&page, st);
	assert_value(&page, "netvane_target_burst", "url=back\\slash \"quotes\" new%0aline {}=,\nlist=€ %ff \\\n", 0);
}

static void
targets_that_are_the_same_have_one_series(void **state)
{
	(void)state;
	status_add_target(st, "https://a.test/", "l");
	status_add_target(st, "https://a.test/", "m");
	status_add_target(st, "https://a.test/", "l");
	status_add_target(st, "https://a.test/%01", "l");
	status_add_target(st, "https://a.test/\001", "l");
	status_add_target(st, NULL, NULL);
	/* The reader fails at what is there twice. */
	read_status(&page, st);
	assert_value(&page, "netvane_targets", "", 6);
	assert_value(&page, "netvane_target_burst", "url=https://a.test/\nlist=m\n", 0);
	assert_value(&page, "netvane_target_burst", "url=\nlist=\n", 0);
}

/* --- the file -------------------------------------------------------------------------------- */

static char dir[64];

static size_t
files_in(const char *path)
{
	struct dirent *entry;
	DIR *d = opendir(path);
	size_t n = 0;

	assert_non_null(d);
	while ((entry = readdir(d)) != NULL)
		n += entry->d_name[0] != '.';
	closedir(d);
	return n;
}

static void
assert_holds(const char *path, const char *expected)
{
	char text[100] = "";
	FILE *file = fopen(path, "r");
	size_t n;

	assert_non_null(file);
	n = fread(text, 1, sizeof(text) - 1, file);
	text[n] = '\0';
	fclose(file);
	assert_string_equal(text, expected);
}

static void
a_file_is_replaced_and_never_half_written(void **state)
{
	char *path, *fresh;
	struct buf bytes = BUF_EMPTY;
	struct stat before, after;
	mode_t old = umask(077);
	FILE *file;

	(void)state;
	strcpy(dir, "/tmp/netvane-metrics.XXXXXX");
	assert_non_null(mkdtemp(dir));
	path = xasprintf("%s/netvane.prom", dir);
	fresh = xasprintf("%s.new", path);
	buf_puts(&bytes, "one\n");
	assert_int_equal(status_file_write(path, &bytes), 0);
	assert_holds(path, "one\n");
	assert_int_equal(stat(path, &before), 0);
	assert_int_equal(before.st_mode & 0777, 0644);
	/* What a crash left is no obstacle. A reader that has the old one open keeps it whole. */
	assert_int_equal(symlink(path, fresh), 0);
	file = fopen(path, "r");
	buf_puts(&bytes, "two\n");
	assert_int_equal(status_file_write(path, &bytes), 0);
	assert_holds(path, "one\ntwo\n");
	assert_int_equal(fgetc(file), 'o');
	assert_int_equal(fseek(file, 0, SEEK_END), 0);
	assert_int_equal(ftell(file), 4);
	fclose(file);
	assert_int_equal(stat(path, &after), 0);
	assert_true(before.st_ino != after.st_ino);
	assert_int_equal(files_in(dir), 1);
	umask(old);
	unlink(path);
	rmdir(dir);
	buf_free(&bytes);
	free(fresh);
	free(path);
}

static void
a_file_that_cannot_be_written_is_an_error(void **state)
{
	struct buf bytes = BUF_EMPTY;

	(void)state;
	buf_puts(&bytes, "x");
	assert_int_equal(status_file_write("/nowhere/at/all/netvane.prom", &bytes), -1);
	/* A directory stands in the way of the last step; the file written for it goes. */
	strcpy(dir, "/tmp/netvane-metrics.XXXXXX");
	assert_non_null(mkdtemp(dir));
	assert_int_equal(status_file_write(dir, &bytes), -1);
	assert_int_equal(access(dir, F_OK), 0);
	rmdir(dir);
	strcat(dir, ".new");
	assert_int_equal(access(dir, F_OK), -1);
	assert_int_equal(errno, ENOENT);
	buf_free(&bytes);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(they_say_what_is_so, setup, teardown),
	    cmocka_unit_test_setup_teardown(a_target_has_one_status, setup, teardown),
	    cmocka_unit_test_setup_teardown(what_cannot_be_told_is_neither_reachable_nor_not, setup, teardown),
	    cmocka_unit_test_setup_teardown(what_is_not_known_has_no_sample, setup, teardown),
	    cmocka_unit_test_setup_teardown(gaps_add_up_by_their_cause_within_the_window, setup, teardown),
	    cmocka_unit_test_setup_teardown(hostile_texts_stay_inside_their_labels, setup, teardown),
	    cmocka_unit_test_setup_teardown(labels_say_what_the_texts_are, setup, teardown),
	    cmocka_unit_test_setup_teardown(targets_that_are_the_same_have_one_series, setup, teardown),
	    cmocka_unit_test(a_file_is_replaced_and_never_half_written),
	    cmocka_unit_test(a_file_that_cannot_be_written_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
