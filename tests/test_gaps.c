/*
 * What probe/gaps.h promises: every stretch of time without usable measurements is explained once, by what it was; clocks that are set make no
 * gap of less than nothing.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "probe/gaps.h"
#include "tests/sightings.h"

#define EVERY (15 * MINUTE)
#define ROUND_MOST (5 * MINUTE)

/* --- a machine and a probe ------------------------------------------------------------------- */

static struct gaps *g;
static struct told told;
/* Since MIDNIGHT: the truth, how far the wall clock is off, when the machine was started, and for how long it slept since. */
static int64_t now_us, clock_off, booted, slept;
static int boot, run;

static int
fresh(void **state)
{
	(void)state;
	g = gaps_new();
	now_us = clock_off = slept = 0;
	booted = -HOUR;
	boot = run = 1;
	return 0;
}

static int
over(void **state)
{
	(void)state;
	gaps_free(g);
	told_clear(&told);
	return 0;
}

static struct life
life(enum life_sign sign, int64_t due)
{
	struct life l = {.sign = sign, .wall_us = MIDNIGHT + now_us + clock_off, .mono_ns = (now_us - booted) * 1000,
	    .awake_ns = (now_us - booted - slept) * 1000, .due_ns = due * 1000};

	snprintf(l.boot, sizeof(l.boot), "boot %d", boot);
	snprintf(l.run, sizeof(l.run), "run %d", run);
	return l;
}

static void
sign(enum life_sign which, int64_t due)
{
	struct life l = life(which, due);

	gaps_sign(g, &l, keep_told, &told);
}

/* A round that lasts a minute, and the wait after it. */
static void
one_round(enum gap_cause cause, int64_t every)
{
	struct life l;

	sign(LIFE_ROUND, ROUND_MOST);
	now_us += MINUTE;
	l = life(LIFE_ROUND_END, every - MINUTE);
	l.cause = cause;
	gaps_sign(g, &l, keep_told, &told);
	now_us += every - MINUTE;
}

static void
rounds(int n, enum gap_cause cause)
{
	while (n-- > 0)
		one_round(cause, EVERY);
}

static void
start(void)
{
	run++;
	sign(LIFE_START, 0);
}

static void
reboot(void)
{
	boot++;
	booted = now_us - 30 * SECOND;
	slept = 0;
	start();
}

static const struct event_gap *
gap(size_t i)
{
	assert_true(i < told.n);
	return told.events[i].info.gap;
}

/* "shutdown 15-45 min": minutes of the wall clock since MIDNIGHT; "..." it lasts. */
static void
told_is(const char *expected)
{
	struct buf buf = BUF_EMPTY;
	size_t i;

	for (i = 0; i < told.n; i++) {
		buf_printf(&buf, "%s%s %lld-", i > 0 ? " " : "", gap_cause_name(gap(i)->cause),
		    (long long)((gap(i)->from_us - MIDNIGHT) / MINUTE));
		if (gap(i)->until_us != 0)
			buf_printf(&buf, "%lld", (long long)((gap(i)->until_us - MIDNIGHT) / MINUTE));
		else
			buf_puts(&buf, "...");
	}
	assert_string_equal(buf_str(&buf), expected);
	buf_free(&buf);
}

/* --- the probe was silent -------------------------------------------------------------------- */

static void
rounds_in_time_leave_no_gap(void **state)
{
	(void)state;
	start();
	rounds(100, GAP_NONE);
	/* A little late is in time. */
	now_us += 50 * SECOND;
	rounds(3, GAP_NONE);
	told_is("");
}

static void
another_boot_was_a_machine_that_was_off(void **state)
{
	(void)state;
	start();
	rounds(4, GAP_NONE);
	now_us += 2 * HOUR;
	reboot();
	told_is("powered_off 60-180");
	/* Died after the last sign of life, at the latest when the next round was due. */
	assert_int_equal(told.events[0].info.when.not_before_us, MIDNIGHT + 46 * MINUTE);
	assert_int_equal(told.events[0].info.when.not_after_us, MIDNIGHT + 60 * MINUTE);
	assert_int_equal(gap(0)->end.not_before_us, gap(0)->from_us);
	assert_int_equal(gap(0)->end.not_after_us, gap(0)->until_us);
	/* The clock of the other boot is another. */
	assert_int_equal(gap(0)->from_mono_ns, -1);
	assert_int_equal(gap(0)->until_mono_ns, INT64_C(30) * 1000000000);
	rounds(3, GAP_NONE);
	assert_int_equal(told.n, 1);
}

static void
a_restart_before_the_next_round_is_none(void **state)
{
	(void)state;
	start();
	rounds(3, GAP_NONE);
	now_us -= 10 * MINUTE;
	reboot();
	rounds(3, GAP_NONE);
	told_is("");
}

static void
what_the_clocks_say_apart_was_sleep(void **state)
{
	(void)state;
	start();
	rounds(4, GAP_NONE);
	now_us += HOUR;
	slept += HOUR - MINUTE;
	rounds(2, GAP_NONE);
	told_is("suspended 60-120");
	assert_true(fabs(gap(0)->suspended_s - 59 * 60) < 0.001);
	assert_int_equal(gap(0)->from_mono_ns, (60 + 60) * 60 * INT64_C(1000000000));
	assert_int_equal(gap(0)->until_mono_ns, (60 + 120) * 60 * INT64_C(1000000000));
}

static void
another_run_without_a_word_was_killed(void **state)
{
	(void)state;
	start();
	rounds(4, GAP_NONE);
	now_us += HOUR;
	start();
	told_is("killed 60-120");
	/* Unless it slept most of the time. */
	now_us += HOUR;
	slept += 50 * MINUTE;
	start();
	told_is("killed 60-120 suspended 120-180");
	/* Twice is two gaps. */
	now_us += HOUR;
	start();
	now_us += HOUR;
	start();
	told_is("killed 60-120 suspended 120-180 killed 180-240 killed 240-300");
}

static void
one_that_said_so_was_stopped(void **state)
{
	(void)state;
	start();
	rounds(4, GAP_NONE);
	sign(LIFE_STOP, 0);
	now_us += HOUR;
	start();
	rounds(1, GAP_NONE);
	told_is("stopped 60-120");
	sign(LIFE_STOP, 20 * MINUTE);
	now_us += 10 * MINUTE;
	start();
	rounds(1, GAP_NONE);
	told_is("stopped 60-120");
	/* Whoever shuts the machine down stops the probe first. */
	sign(LIFE_STOP, 0);
	now_us += HOUR;
	reboot();
	told_is("stopped 60-120 powered_off 160-220");
}

static void
the_same_run_that_came_late_was_stalled(void **state)
{
	(void)state;
	start();
	rounds(4, GAP_NONE);
	now_us += 30 * MINUTE;
	rounds(1, GAP_NONE);
	told_is("stalled 60-90");
	/* So is a round that does not end. */
	sign(LIFE_ROUND, ROUND_MOST);
	now_us += 30 * MINUTE;
	sign(LIFE_ROUND_END, EVERY);
	told_is("stalled 60-90 stalled 110-135");
}

static void
rest_by_plan_is_no_gap(void **state)
{
	struct life l;

	(void)state;
	start();
	rounds(1, GAP_NONE);
	sign(LIFE_ROUND, ROUND_MOST);
	now_us += MINUTE;
	l = life(LIFE_ROUND_END, 10 * HOUR);
	l.rest = true;
	gaps_sign(g, &l, keep_told, &told);
	now_us += 10 * HOUR;
	rounds(2, GAP_NONE);
	told_is("");
	/* But what goes on beyond it is. */
	l = life(LIFE_ROUND_END, 2 * HOUR);
	l.rest = true;
	gaps_sign(g, &l, keep_told, &told);
	now_us += 5 * HOUR;
	reboot();
	told_is("powered_off 766-946");
}

static void
a_pause_lasts_until_it_is_over_whatever_happens(void **state)
{
	struct gap_open open;

	(void)state;
	start();
	rounds(2, GAP_NONE);
	sign(LIFE_PAUSE, 0);
	assert_true(gaps_open(g, &open));
	assert_int_equal(open.cause, GAP_PAUSED);
	now_us += HOUR;
	reboot();
	now_us += HOUR;
	start();
	told_is("");
	sign(LIFE_RESUME, 0);
	told_is("paused 30-150");
	assert_false(gaps_open(g, &open));
	rounds(2, GAP_NONE);
	told_is("paused 30-150");
	/* A round that somebody wanted all the same is measured. */
	sign(LIFE_PAUSE, 0);
	now_us += HOUR;
	rounds(1, GAP_NONE);
	now_us += HOUR;
	sign(LIFE_RESUME, 0);
	told_is("paused 30-150 paused 180-240 paused 241-315");
}

/* --- the network was away -------------------------------------------------------------------- */

static void
rounds_without_use_are_one_gap(void **state)
{
	struct gap_open open;

	(void)state;
	start();
	rounds(4, GAP_NONE);
	rounds(1, GAP_SHUTDOWN);
	told_is("");
	assert_true(gaps_open(g, &open));
	assert_int_equal(open.since_us, MIDNIGHT + HOUR);
	rounds(3, GAP_SHUTDOWN);
	told_is("shutdown 60-...");
	assert_string_equal(gap(0)->id, open.id);
	rounds(1, GAP_NONE);
	told_is("shutdown 60-... shutdown 60-120");
	assert_string_equal(gap(0)->id, gap(1)->id);
	assert_string_not_equal(told.events[0].id, told.events[1].id);
	/* It began after the start of the last round that was of use, before the end of the first that was not; likewise its end. */
	assert_int_equal(told.events[1].info.when.not_before_us, MIDNIGHT + 45 * MINUTE);
	assert_int_equal(told.events[1].info.when.not_after_us, MIDNIGHT + 61 * MINUTE);
	assert_int_equal(gap(1)->end.not_before_us, MIDNIGHT + 105 * MINUTE);
	assert_int_equal(gap(1)->end.not_after_us, MIDNIGHT + 121 * MINUTE);
	assert_false(gaps_open(g, &open));
}

static void
one_round_without_use_is_a_gap_of_its_own(void **state)
{
	(void)state;
	start();
	rounds(4, GAP_NONE);
	rounds(1, GAP_CAPTIVE_PORTAL);
	rounds(4, GAP_NONE);
	told_is("captive_portal 60-75");
}

static void
one_cause_follows_the_other(void **state)
{
	(void)state;
	start();
	rounds(4, GAP_NONE);
	rounds(1, GAP_NO_LINK);
	rounds(1, GAP_NO_GATEWAY);
	rounds(1, GAP_FOREIGN_CUT);
	rounds(1, GAP_NONE);
	told_is("no_link 60-75 no_gateway 75-90 foreign_cut 90-105");
	assert_int_equal(told.events[1].info.when.not_before_us, MIDNIGHT + 60 * MINUTE);
	assert_int_equal(told.events[1].info.when.not_after_us, MIDNIGHT + 76 * MINUTE);
}

static void
what_the_last_round_found_does_not_outlive_the_probe(void **state)
{
	(void)state;
	start();
	rounds(4, GAP_NONE);
	rounds(2, GAP_SHUTDOWN);
	now_us += 2 * HOUR;
	reboot();
	rounds(1, GAP_SHUTDOWN);
	rounds(1, GAP_NONE);
	told_is("shutdown 60-... shutdown 60-90 powered_off 90-210 shutdown 210-225");
	/* Nobody saw the first end. */
	assert_int_equal(gap(1)->end.not_before_us, MIDNIGHT + 75 * MINUTE);
	assert_int_equal(gap(1)->end.not_after_us, 0);
}

static void
the_state_of_a_round_gives_the_cause(void **state)
{
	(void)state;
	assert_int_equal(life_cause(NETWORK_ONLINE, 1), GAP_NONE);
	assert_int_equal(life_cause(NETWORK_DEGRADED, 1), GAP_NONE);
	assert_int_equal(life_cause(NETWORK_SHUTDOWN, 1), GAP_SHUTDOWN);
	assert_int_equal(life_cause(NETWORK_FOREIGN_CUT, 1), GAP_FOREIGN_CUT);
	assert_int_equal(life_cause(NETWORK_CAPTIVE_PORTAL, 1), GAP_CAPTIVE_PORTAL);
	assert_int_equal(life_cause(NETWORK_OFFLINE, 0), GAP_NO_LINK);
	assert_int_equal(life_cause(NETWORK_OFFLINE, 1), GAP_NO_GATEWAY);
	assert_int_equal(life_cause(NETWORK_UNKNOWN, -1), GAP_NOT_LOOKED);
}

/* --- the clock was set ----------------------------------------------------------------------- */

static void
a_clock_that_is_set_is_said_by_how_much(void **state)
{
	(void)state;
	start();
	rounds(4, GAP_NONE);
	clock_off = HOUR;
	rounds(4, GAP_NONE);
	told_is("clock_step 46-106");
	assert_true(gap(0)->clock_step_s == 3600);
	clock_off = -HOUR;
	rounds(4, GAP_NONE);
	told_is("clock_step 46-106 clock_step 60-60");
	assert_true(gap(1)->clock_step_s == -7200);
}

static void
a_gap_under_a_clock_that_is_set_is_as_long_as_it_was(void **state)
{
	(void)state;
	start();
	rounds(4, GAP_NONE);
	now_us += HOUR;
	clock_off = -3 * HOUR;
	start();
	rounds(1, GAP_NONE);
	told_is("clock_step -60--60 killed -120--60");
	/* What went on moves along. */
	rounds(3, GAP_SHUTDOWN);
	clock_off = 0;
	rounds(1, GAP_NONE);
	assert_int_equal(told.n, 5);
	assert_int_equal(gap(4)->cause, GAP_SHUTDOWN);
	assert_int_equal(gap(4)->until_us - gap(4)->from_us, 45 * MINUTE);
	assert_int_equal(gap(4)->until_us, MIDNIGHT + (60 + 60 + 15 + 45) * MINUTE);
}

static void
a_clock_behind_after_a_reboot_makes_no_negative_gap(void **state)
{
	(void)state;
	start();
	rounds(8, GAP_NONE);
	now_us += HOUR;
	clock_off = -50 * 365 * 24 * HOUR;
	reboot();
	assert_int_equal(told.n, 2);
	assert_int_equal(gap(0)->cause, GAP_CLOCK_STEP);
	assert_true(gap(0)->clock_step_s < -49.0 * 365 * 86400);
	assert_int_equal(gap(1)->cause, GAP_POWERED_OFF);
	assert_int_equal(gap(1)->from_us, gap(1)->until_us);
	/* Then it is set right. */
	rounds(1, GAP_NONE);
	clock_off = 0;
	rounds(1, GAP_NONE);
	assert_int_equal(told.n, 3);
	assert_int_equal(gap(2)->cause, GAP_CLOCK_STEP);
}

static void
a_clock_that_is_slewed_was_not_set(void **state)
{
	int i;

	(void)state;
	start();
	for (i = 0; i < 100; i++) {
		clock_off += 450 * 1000; /* 500 parts in a million */
		rounds(1, GAP_NONE);
	}
	told_is("");
}

/* --- without better knowledge ---------------------------------------------------------------- */

static void
a_rounds_record_is_a_sign_of_life(void **state)
{
	struct measurement *m = measurement_new();
	struct life l;

	(void)state;
	m->test_name = arena_strdup(m->arena, "netvane_round");
	assert_false(life_of_round(m, EVERY * 1000, &l));
	m->round = arena_alloc(m->arena, sizeof(*m->round));
	m->start_us = MIDNIGHT;
	m->start_mono_ns = (0 - booted) * 1000;
	m->runtime = 60;
	m->context.network = NETWORK_ONLINE;
	assert_true(life_of_round(m, EVERY * 1000, &l));
	measurement_free(m);
	gaps_sign(g, &l, keep_told, &told);
	/* The clocks agree: it was the same boot. What became of the run is not known. */
	now_us = 2 * HOUR;
	start();
	told_is("unknown 16-120");
	told_clear(&told);
	gaps_free(g);
	g = gaps_new();
	gaps_sign(g, &l, keep_told, &told);
	reboot();
	told_is("powered_off 16-120");
}

static void
the_machine_can_be_looked_at(void **state)
{
	struct life l, later;

	(void)state;
	life_look(&l);
	life_look(&later);
	assert_true(l.wall_us > INT64_C(1700000000000000));
	assert_true(later.mono_ns >= l.mono_ns && l.awake_ns > 0 && later.awake_ns >= l.awake_ns);
	assert_string_equal(l.boot, later.boot);
	assert_null(strchr(l.boot, '\n'));
}

/* --- kept ------------------------------------------------------------------------------------ */

static void
keep_and_restore(void)
{
	struct buf buf = BUF_EMPTY, again = BUF_EMPTY;

	gaps_save(g, &buf);
	gaps_free(g);
	g = gaps_restore(buf.data, buf.len);
	assert_non_null(g);
	gaps_save(g, &again);
	assert_string_equal(buf_str(&buf), buf_str(&again));
	buf_free(&buf);
	buf_free(&again);
}

static void
a_text_that_is_none_is_refused(void **state)
{
	static const char *const texts[] = {"", "{", "[]", "{}", "{\"v\":2}", "{\"v\":\"1\"}"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_null(gaps_restore(texts[i], strlen(texts[i])));
	gaps_free(g);
	g = gaps_restore("{\"v\":1}", 7);
	assert_null(gaps_last(g));
}

/* --- on record -------------------------------------------------------------------------------- */

static struct buf recorded;

static struct measurement *
record(const char *test_name, int64_t time_us)
{
	struct measurement *m = measurement_new();

	m->test_name = arena_strdup(m->arena, test_name);
	m->id = arena_strdup(m->arena, "00000000000000000000000000000001");
	m->start_us = m->round_start_us = time_us;
	m->start_mono_ns = (time_us - MIDNIGHT - clock_off - booted) * 1000;
	return m;
}

static void
write_down(struct measurement *m)
{
	measurement_encode(m, &recorded);
	measurement_free(m);
}

static void
record_event(struct event_info *info)
{
	struct measurement *m = record("netvane_event", MIDNIGHT + now_us + clock_off);

	m->event = info;
	m->event->what = arena_strdup(m->arena, "something");
	write_down(m);
}

/* One that begins now and lasts a minute; state NETWORK_SHUTDOWN: of no use. */
static void
record_round(enum network_state state)
{
	struct measurement *m = record("web_connectivity", MIDNIGHT + now_us + clock_off + 10 * SECOND);

	m->role = arena_strdup(m->arena, "target");
	m->input = arena_strdup(m->arena, "https://a/");
	write_down(m);
	m = record("netvane_round", MIDNIGHT + now_us + clock_off);
	m->round = arena_alloc(m->arena, sizeof(*m->round));
	m->round->link = 1;
	m->context.network = state;
	m->runtime = 60;
	write_down(m);
}

/* The state that was kept comes back, with the records that are newer. */
static void
come_back(const struct buf *kept)
{
	struct life now = life(LIFE_START, 0);
	char *dir = xasprintf("%s/netvane-gaps.XXXXXX", getenv("TMPDIR") != NULL ? getenv("TMPDIR") : "/tmp"), *path;
	FILE *f;

	assert_non_null(mkdtemp(dir));
	path = xasprintf("%s/netvane-20261122T000000Z-0001.jsonl", dir);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(recorded.data, 1, recorded.len, f), recorded.len);
	assert_int_equal(fclose(f), 0);
	gaps_free(g);
	g = kept != NULL ? gaps_restore(kept->data, kept->len) : gaps_new();
	told_clear(&told);
	gaps_catch_up(g, dir, &now, EVERY * 1000, keep_told, &told);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(dir), 0);
	free(path);
	free(dir);
	buf_free(&recorded);
}

static void
what_is_on_record_is_not_told_again(void **state)
{
	struct buf kept = BUF_EMPTY;
	size_t i;

	(void)state;
	start();
	rounds(2, GAP_NONE);
	gaps_save(g, &kept);
	now_us += 2 * HOUR;
	start();
	told_is("killed 30-150");
	for (i = 0; i < told.n; i++)
		record_event(&told.events[i].info);
	record_event(&(struct event_info){.kind = EVENT_PROBE_START});
	/* The power fails before the database is safe. */
	now_us += 2 * MINUTE;
	come_back(&kept);
	reboot();
	told_is("powered_off 150-152");
	buf_free(&kept);
}

static void
what_a_round_on_record_brought_is_told(void **state)
{
	struct buf kept = BUF_EMPTY;

	(void)state;
	start();
	rounds(2, GAP_NONE);
	gaps_save(g, &kept);
	record_round(NETWORK_SHUTDOWN);
	now_us += EVERY;
	record_round(NETWORK_SHUTDOWN);
	now_us += MINUTE;
	come_back(&kept);
	told_is("shutdown 30-...");
	start();
	rounds(1, GAP_NONE);
	told_is("shutdown 30-... shutdown 30-46");
	buf_free(&kept);
}

static void
records_are_signs_of_life(void **state)
{
	struct buf kept = BUF_EMPTY;

	(void)state;
	start();
	rounds(2, GAP_NONE);
	gaps_save(g, &kept);
	record_round(NETWORK_ONLINE);
	now_us += EVERY;
	record_round(NETWORK_ONLINE);
	now_us += 2 * HOUR;
	come_back(&kept);
	start();
	told_is("killed 61-165");
	buf_free(&kept);
}

static void
a_ledger_that_is_lost_begins_with_the_last_record(void **state)
{
	(void)state;
	record_round(NETWORK_SHUTDOWN);
	now_us += EVERY;
	record_round(NETWORK_ONLINE);
	now_us += 2 * HOUR;
	come_back(NULL);
	told_is("");
	reboot();
	told_is("powered_off 31-135");
}

/* --- any history ----------------------------------------------------------------------------- */

static uint64_t seed;

static unsigned
chance(unsigned n)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned)(seed >> 33) % n;
}

static int64_t
up_to(int64_t most)
{
	return (int64_t)chance((unsigned)(most / SECOND)) * SECOND + SECOND;
}

/* What really happened, one stretch after the other, all in true time. */
struct truth {
	int64_t from, until;
	enum gap_cause cause; /* GAP_NONE: measured, or not yet due */
};
static struct truth truths[4000];
static size_t ntruths;

static void
happened(int64_t from, enum gap_cause cause)
{
	if (from == now_us)
		return;
	if (ntruths > 0 && truths[ntruths - 1].cause == cause && truths[ntruths - 1].until == from &&
	    (cause == GAP_NONE || cause >= GAP_NO_LINK || cause == GAP_PAUSED)) {
		truths[ntruths - 1].until = now_us;
		return;
	}
	assert_true(ntruths < sizeof(truths) / sizeof(truths[0]));
	truths[ntruths++] = (struct truth){from, now_us, cause};
}

static enum gap_cause weather; /* what rounds find */

static void
true_round(void)
{
	int64_t from = now_us, lasts = up_to(ROUND_MOST - MINUTE);
	struct life l;

	sign(LIFE_ROUND, ROUND_MOST);
	now_us += lasts;
	l = life(LIFE_ROUND_END, EVERY - lasts);
	l.cause = weather;
	l.rest = chance(30) == 0;
	if (l.rest)
		l.due_ns = 5 * HOUR * 1000;
	gaps_sign(g, &l, keep_told, &told);
	happened(from, weather);
	/* Waiting. */
	from = now_us;
	now_us += l.due_ns / 1000;
	happened(from, l.rest ? GAP_NONE : weather);
}

/* Something befalls a probe that is waiting, its next round due; the silence is long enough to be noticed. */
static void
true_silence(void)
{
	int64_t from = now_us, lasts = 2 * MINUTE + up_to(20 * HOUR);

	now_us += lasts;
	switch (chance(5)) {
	case 0:
		happened(from, GAP_POWERED_OFF);
		reboot();
		break;
	case 1:
		slept += lasts - up_to(lasts / 3);
		happened(from, GAP_SUSPENDED);
		break;
	case 2:
		happened(from, GAP_KILLED);
		start();
		break;
	case 3:
		now_us = from;
		sign(LIFE_STOP, 0);
		now_us += lasts;
		happened(from, GAP_STOPPED);
		start();
		break;
	default:
		now_us = from;
		sign(LIFE_PAUSE, 0);
		now_us += lasts;
		if (chance(2) == 0)
			reboot();
		now_us += lasts;
		sign(LIFE_RESUME, 0);
		happened(from, GAP_PAUSED);
		break;
	}
}

static void
any_history(unsigned number, bool clocks)
{
	static const enum gap_cause weathers[] = {GAP_NONE, GAP_NONE, GAP_NONE, GAP_NO_LINK, GAP_NO_GATEWAY,
	    GAP_CAPTIVE_PORTAL, GAP_SHUTDOWN, GAP_FOREIGN_CUT};
	int step;

	seed = number;
	ntruths = 0;
	weather = GAP_NONE;
	start();
	for (step = 0; step < 150; step++) {
		if (chance(5) == 0)
			weather = weathers[chance(8)];
		true_round();
		if (chance(8) == 0)
			true_silence();
		if (clocks && chance(10) == 0)
			/* Less than a thousandth of a silence would pass for slewing. */
			clock_off += (chance(2) == 0 ? 1 : -1) * (2 * MINUTE + up_to(HOUR));
		if (chance(10) == 0)
			keep_and_restore();
	}
	/* All is told once it is over. */
	weather = GAP_NONE;
	true_round();
	sign(LIFE_STOP, 0);
}

/* Begun and ended when it says. */
static void
is_in_its_brackets(const struct event_info *info)
{
	const struct event_bracket *begin = &info->when, *end = &info->gap->end;

	assert_true(begin->not_before_us <= info->gap->from_us && info->gap->from_us <= begin->not_after_us);
	assert_true(end->not_before_us <= info->gap->until_us);
	assert_true(end->not_after_us == 0 || info->gap->until_us <= end->not_after_us);
}

/* The gaps that were told as over, without steps of the clock. */
static size_t
told_gaps(const struct event_gap **out, size_t most)
{
	size_t i, n = 0;

	for (i = 0; i < told.n; i++) {
		if (gap(i)->until_us == 0 || gap(i)->cause == GAP_CLOCK_STEP)
			continue;
		assert_true(n < most);
		out[n++] = gap(i);
	}
	return n;
}

static void
each_gap_of_any_history_is_explained_once(void **state)
{
	static const struct event_gap *gaps[4000];
	size_t i, k, n, all = 0;
	unsigned number;

	(void)state;
	for (number = 0; number < 300; number++) {
		any_history(number, false);
		n = told_gaps(gaps, 4000);
		for (i = 0; i < told.n; i++)
			if (gap(i)->until_us != 0)
				is_in_its_brackets(&told.events[i].info);
		for (i = k = 0; i < ntruths; i++) {
			if (truths[i].cause == GAP_NONE)
				continue;
			if (k >= n || gaps[k]->cause != truths[i].cause ||
			    gaps[k]->from_us != MIDNIGHT + truths[i].from ||
			    gaps[k]->until_us != MIDNIGHT + truths[i].until)
				fail_msg("history %u: %s from %lld to %lld was told as %s from %lld to %lld", number,
				    gap_cause_name(truths[i].cause), (long long)(truths[i].from / SECOND),
				    (long long)(truths[i].until / SECOND), k < n ? gap_cause_name(gaps[k]->cause) : "nothing",
				    k < n ? (long long)((gaps[k]->from_us - MIDNIGHT) / SECOND) : 0,
				    k < n ? (long long)((gaps[k]->until_us - MIDNIGHT) / SECOND) : 0);
			k++;
		}
		/* And nothing else was told. So what is no gap was measured, or not yet due. */
		assert_int_equal(k, n);
		all += n;
		over(NULL);
		fresh(NULL);
	}
	assert_true(all > 5000);
}

static void
clocks_that_are_set_change_no_gap(void **state)
{
	static const struct event_gap *gaps[4000];
	size_t i, k, n, steps = 0;
	unsigned number;

	(void)state;
	for (number = 0; number < 300; number++) {
		any_history(number, true);
		n = told_gaps(gaps, 4000);
		for (i = 0; i < told.n; i++) {
			assert_true(gap(i)->until_us == 0 || gap(i)->until_us >= gap(i)->from_us);
			steps += gap(i)->cause == GAP_CLOCK_STEP;
		}
		for (i = k = 0; i < ntruths; i++) {
			if (truths[i].cause == GAP_NONE)
				continue;
			assert_true(k < n);
			assert_int_equal(gaps[k]->cause, truths[i].cause);
			/* How long the machine was off is told by the wall clock alone. */
			if (truths[i].cause != GAP_POWERED_OFF && truths[i].cause != GAP_PAUSED)
				assert_int_equal(gaps[k]->until_us - gaps[k]->from_us, truths[i].until - truths[i].from);
			k++;
		}
		assert_int_equal(k, n);
		over(NULL);
		fresh(NULL);
	}
	assert_true(steps > 1000);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fresh, over)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(rounds_in_time_leave_no_gap),
	    TEST(another_boot_was_a_machine_that_was_off),
	    TEST(a_restart_before_the_next_round_is_none),
	    TEST(what_the_clocks_say_apart_was_sleep),
	    TEST(another_run_without_a_word_was_killed),
	    TEST(one_that_said_so_was_stopped),
	    TEST(the_same_run_that_came_late_was_stalled),
	    TEST(rest_by_plan_is_no_gap),
	    TEST(a_pause_lasts_until_it_is_over_whatever_happens),
	    TEST(rounds_without_use_are_one_gap),
	    TEST(one_round_without_use_is_a_gap_of_its_own),
	    TEST(one_cause_follows_the_other),
	    TEST(what_the_last_round_found_does_not_outlive_the_probe),
	    TEST(the_state_of_a_round_gives_the_cause),
	    TEST(a_clock_that_is_set_is_said_by_how_much),
	    TEST(a_gap_under_a_clock_that_is_set_is_as_long_as_it_was),
	    TEST(a_clock_behind_after_a_reboot_makes_no_negative_gap),
	    TEST(a_clock_that_is_slewed_was_not_set),
	    TEST(a_rounds_record_is_a_sign_of_life),
	    TEST(the_machine_can_be_looked_at),
	    TEST(a_text_that_is_none_is_refused),
	    TEST(what_is_on_record_is_not_told_again),
	    TEST(what_a_round_on_record_brought_is_told),
	    TEST(records_are_signs_of_life),
	    TEST(a_ledger_that_is_lost_begins_with_the_last_record),
	    TEST(each_gap_of_any_history_is_explained_once),
	    TEST(clocks_that_are_set_change_no_gap),
	};

	return cmocka_run_group_tests_name("gaps", tests, NULL, NULL);
}
