/* A scheduler on a clock of the test's own. */
#include "tests/sched_lab.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "base/clock.h"
#include "base/mem.h"

static const int64_t second_ns = 1000000000;

struct target *
lab_targets(const char *name, size_t n, const char *category)
{
	struct target *targets = xcalloc(n, sizeof(*targets));
	char error[TARGET_ERROR_SIZE], *url;
	size_t i;

	for (i = 0; i < n; i++) {
		url = xasprintf("https://%s-%zu.example/", name, i);
		assert_int_equal(target_parse(url, &targets[i], error), 0);
		free(targets[i].category);
		targets[i].category = xstrdup(category);
		free(url);
	}
	return targets;
}

void
lab_targets_free(struct target *targets, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		target_clear(&targets[i]);
	free(targets);
}

void
lab_begin(struct lab *lab)
{
	*lab = (struct lab){
	    .conf = sched_defaults, .round_s = 30, .bytes = 100000, .controls = 500000};
	lab->now.wall_us = lab_utc("2028-01-10 12:00");
	lab->now.mono_ns = LAB_DAY * second_ns;
}

void
lab_end(struct lab *lab)
{
	size_t i;

	sched_free(lab->sched);
	for (i = 0; i < lab->nlists; i++)
		lab_targets_free(lab->targets[i], lab->lists[i].n);
}

struct sched_list *
lab_list(struct lab *lab, const char *name, size_t n, int every_s)
{
	struct sched_list *list = &lab->lists[lab->nlists];

	lab->targets[lab->nlists] = lab_targets(name, n, "NEWS");
	*list = (struct sched_list){.name = name,
	    .targets = lab->targets[lab->nlists],
	    .n = n,
	    .every_s = every_s,
	    .jitter = 0.1};
	lab->nlists++;
	return list;
}

void
lab_configure(struct lab *lab)
{
	if (lab->sched == NULL)
		lab->sched = sched_new(&lab->conf, lab->now);
	sched_configure(lab->sched, &lab->conf, lab->lists, lab->nlists, lab->now);
}

const char *
lab_url(const struct lab *lab, size_t list, size_t i)
{
	return lab->lists[list].targets[i].url;
}

void
lab_wait_ns(struct lab *lab, int64_t ns)
{
	lab->now.mono_ns += ns;
	lab->now.wall_us += ns / 1000;
}

void
lab_wait(struct lab *lab, int64_t seconds)
{
	lab_wait_ns(lab, seconds * second_ns);
}

double
lab_next_s(struct lab *lab)
{
	return (double)(sched_next(lab->sched, lab->now, NULL) - lab->now.mono_ns) / 1e9;
}

void
lab_measure(struct lab *lab)
{
	size_t i;

	lab->began_ns = lab->now.mono_ns;
	lab_wait(lab, lab->round_s);
	for (i = 0; i < lab->n; i++)
		sched_done(lab->sched, lab->round[i]->url, lab->bytes, lab->now);
	sched_round_done(lab->sched, lab->controls, lab->now);
}

size_t
lab_round_before(struct lab *lab, int64_t mono_ns)
{
	int64_t at;
	size_t n;

	while ((at = sched_next(lab->sched, lab->now, NULL)) < mono_ns) {
		lab_wait_ns(lab, at - lab->now.mono_ns);
		lab->round = sched_take(lab->sched, lab->now, &n);
		if (n > 0) {
			lab->n = n;
			lab_measure(lab);
			return n;
		}
		/* Else a caller would spin. */
		assert_true(sched_next(lab->sched, lab->now, NULL) > lab->now.mono_ns);
	}
	if (mono_ns > lab->now.mono_ns)
		lab_wait_ns(lab, mono_ns - lab->now.mono_ns);
	return 0;
}

size_t
lab_round(struct lab *lab, int64_t limit_s)
{
	size_t n = lab_round_before(lab, lab->now.mono_ns + limit_s * second_ns);

	assert_true(n > 0);
	return n;
}

size_t
lab_run(struct lab *lab, int64_t seconds)
{
	int64_t end_ns = lab->now.mono_ns + seconds * second_ns;
	size_t rounds = 0;

	while (lab_round_before(lab, end_ns) > 0)
		rounds++;
	return rounds;
}

bool
lab_has(const struct lab *lab, const char *url)
{
	size_t i;

	for (i = 0; i < lab->n; i++)
		if (strcmp(lab->round[i]->url, url) == 0)
			return true;
	return false;
}

void
lab_live_in(const char *zone)
{
	setenv("TZ", zone, 1);
	tzset();
}

int64_t
lab_utc(const char *text)
{
	int64_t us;

	assert_int_equal(clock_parse(text, &us), 0);
	return us;
}
