/*
 * A made-up month of 60 targets, with blocks, shutdowns and loss as scripted: every episode is told once, its beginning and end lie in the
 * brackets, and nothing else is told.
 *
 * Loss: each of a measurement's three attempts is lost with 5 %. A lost first attempt makes the measurement insufficient; three lost ones
 * make it an accusation at a random stage, which is worse than the rules for verdicts do: from a lone failure they do not guess.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/mem.h"
#include "results/measurement.h"
#include "tests/sightings.h"

enum { TARGETS = 60, DAYS = 30, EPISODES_MOST = 200, PHASES_MOST = 40, MONTHS = 8 };

#define EVERY (15 * MINUTE)
#define DAY (24 * HOUR)

static uint64_t seed;

static unsigned
chance(unsigned n)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned)(seed >> 33) % n;
}

static int64_t
somewhere(int64_t least_us, int64_t most_us)
{
	return least_us + (int64_t)chance((unsigned)((most_us - least_us) / SECOND)) * SECOND + chance(1000000);
}

/* --- the script ------------------------------------------------------------------------------ */

/* What happens to a target. Times are since MIDNIGHT. */
struct episode {
	int target, group; /* group: episodes of one number begin at one time */
	char letter; /* how it fails; see sightings.h */
	char later; /* how it fails in its second half; 0: in the same way */
	int64_t from, until;
	bool from_the_first; /* it was there before the first measurement */
	bool flaps;
	int64_t phases[PHASES_MOST]; /* it fails from each even one to the next */
	int nphases;
	bool silent; /* not to be told: it is the site's own fault */
	/* What was told of it. */
	char id[33];
	int onsets, changes, recoveries;
};

/* What happens to the line. */
struct trouble {
	int64_t from, until;
	enum network_state state; /* NETWORK_UNKNOWN: the probe is off */
};

static struct episode episodes[EPISODES_MOST];
static int nepisodes;
static struct trouble troubles[20];
static int ntroubles;
static char urls[TARGETS][40];
static int64_t busy_until[TARGETS]; /* two episodes of a target are a day apart */

static struct episode *
add_episode(int target, char letter, int64_t from, int64_t until)
{
	struct episode *e = &episodes[nepisodes];

	*e = (struct episode){.target = target, .group = nepisodes, .letter = letter, .from = from, .until = until};
	e->silent = strchr("rD?", letter) != NULL;
	e->phases[0] = from;
	e->phases[1] = until;
	e->nphases = 2;
	busy_until[target] = until + DAY;
	nepisodes++;
	return e;
}

static void
add_flapping(int target, int64_t from)
{
	struct episode *e = add_episode(target, 't', from, from);
	int64_t at = from;

	e->flaps = true;
	e->nphases = 0;
	while (e->nphases < 14) {
		e->phases[e->nphases++] = at;
		at += somewhere(35 * MINUTE, 60 * MINUTE);
		e->phases[e->nphases++] = at;
		at += somewhere(35 * MINUTE, 90 * MINUTE);
	}
	e->until = e->phases[e->nphases - 1];
	busy_until[target] = e->until + DAY;
}

static void
add_group(int first, int n, char letter, int64_t from, int64_t until)
{
	int group = nepisodes, i;

	for (i = first; i < first + n; i++)
		add_episode(i, letter, from, until)->group = group;
}

static void
add_trouble(int64_t from, int64_t hours, enum network_state state)
{
	troubles[ntroubles++] = (struct trouble){from, from + hours * HOUR + 7 * MINUTE, state};
}

static void
write_script(uint64_t number)
{
	static const char letters[] = "tTdlirD?";
	int64_t from;
	int i, target;

	seed = number * 977 + 5;
	nepisodes = ntroubles = 0;
	memset(busy_until, 0, sizeof(busy_until));
	add_trouble(somewhere(5 * DAY, 6 * DAY), 5, NETWORK_SHUTDOWN);
	add_trouble(somewhere(9 * DAY, 10 * DAY), 1, NETWORK_CAPTIVE_PORTAL);
	add_trouble(somewhere(12 * DAY, 13 * DAY), 9, NETWORK_UNKNOWN);
	add_trouble(somewhere(16 * DAY, 17 * DAY), 3, NETWORK_FOREIGN_CUT);
	add_trouble(somewhere(20 * DAY, 21 * DAY), 1, NETWORK_OFFLINE);
	add_trouble(somewhere(25 * DAY, 26 * DAY), 30, NETWORK_SHUTDOWN);
	/* Blocked since before the first measurement. */
	for (i = 0; i < 3; i++)
		add_episode(i, 'T', -DAY, i == 0 ? 40 * DAY : somewhere(3 * DAY, 8 * DAY))->from_the_first = true;
	/* The social networks, together; one of them in another way later on. */
	add_group(10, 8, 't', somewhere(7 * DAY, 8 * DAY), somewhere(11 * DAY, 11 * DAY + 12 * HOUR));
	episodes[nepisodes - 1].later = 'T';
	add_group(20, 4, 'd', somewhere(14 * DAY, 15 * DAY), somewhere(18 * DAY, 19 * DAY));
	/* A block that begins in a shutdown, one that is lifted while the probe is off, and one that lasts through all of it. */
	add_episode(30, 't', troubles[0].from + HOUR, troubles[0].until + 20 * HOUR);
	add_episode(31, 'T', troubles[2].from - 20 * HOUR, troubles[2].from + 3 * HOUR);
	add_episode(32, 'd', 2 * DAY + 7 * MINUTE, 28 * DAY);
	add_flapping(33, somewhere(2 * DAY, 3 * DAY));
	add_flapping(34, somewhere(22 * DAY, 23 * DAY));
	while (nepisodes < 100) {
		target = 35 + (int)chance(TARGETS - 35);
		from = busy_until[target] + somewhere(2 * HOUR, 3 * DAY);
		if (from > 27 * DAY) {
			busy_until[target] = 0;
			break;
		}
		add_episode(target, letters[chance(sizeof(letters) - 1)], from, from + somewhere(90 * MINUTE, 40 * HOUR));
	}
}

/* --- the world ------------------------------------------------------------------------------- */

static enum network_state
state_at(int64_t from, int64_t until)
{
	int i;

	for (i = 0; i < ntroubles; i++)
		if (troubles[i].from < until && from < troubles[i].until)
			return troubles[i].state;
	return NETWORK_ONLINE;
}

static char
truth(int target, int64_t at)
{
	int i, k;

	for (i = 0; i < nepisodes; i++) {
		const struct episode *e = &episodes[i];

		if (e->target != target)
			continue;
		for (k = 0; k < e->nphases; k += 2)
			if (at >= e->phases[k] && at < e->phases[k + 1])
				return e->later != 0 && at > (e->from + e->until) / 2 ? e->later : e->letter;
	}
	return '.';
}

static char
measured(int target, int64_t at)
{
	static const char accusations[] = "tTdl";

	if (chance(20) != 0)
		return truth(target, at);
	return chance(400) != 0 ? '?' : accusations[chance(4)];
}

/* --- the probe ------------------------------------------------------------------------------- */

static struct anomalies *a;
static struct told told;
static int nround;

static void
measure(int target, int64_t at, enum network_state state)
{
	int64_t lasts = somewhere(0, 20 * SECOND);
	/* Between its beginning and its end the truth is met. */
	char letter = measured(target, at + (lasts > 0 ? (int64_t)chance((unsigned)lasts) : 0));
	struct sighting s = sighting(urls[target], state == NETWORK_ONLINE ? letter : '?', MIDNIGHT + at);
	char record[33], round[33];

	s.end_us = s.start_us + lasts;
	if (state != NETWORK_ONLINE)
		s.state = state;
	snprintf(record, sizeof(record), "%d at %lld", target, (long long)at);
	snprintf(round, sizeof(round), "%d", nround);
	s.record = record;
	s.round = round;
	anomalies_feed(a, &s, keep_told, &told);
}

static bool wanted[TARGETS];

static void
want(const struct anomaly_burst *burst, void *now)
{
	/* A scheduler's patience. */
	if (*(const int64_t *)now - burst->since_us < 2 * HOUR)
		wanted[strtol(burst->url + 8, NULL, 10)] = true;
}

static void
one_round(int64_t at, bool all)
{
	enum network_state state = state_at(at, at + 5 * MINUTE);
	int i, k, order[TARGETS];

	if (state == NETWORK_UNKNOWN)
		return;
	nround++;
	for (i = 0; i < TARGETS; i++)
		order[i] = i;
	for (i = TARGETS - 1; i > 0; i--) {
		int other = (int)chance((unsigned)i + 1), kept = order[i];

		order[i] = order[other];
		order[other] = kept;
	}
	for (i = k = 0; i < TARGETS; i++)
		if (all || wanted[order[i]])
			measure(order[i], at + (all ? 5 : 1) * k++ * SECOND, state);
	anomalies_settle(a, keep_told, &told);
}

static void
maybe_die(void)
{
	char *text;

	if (chance(50) != 0)
		return;
	text = state_text(a);
	anomalies_free(a);
	a = state_of_text(text, NULL);
	free(text);
}

static void
live(void)
{
	int64_t at, minute, now;

	for (at = 0; at < DAYS * DAY; at += EVERY) {
		one_round(at + somewhere(0, MINUTE), true);
		for (minute = 6; minute < 15; minute++) {
			now = MIDNIGHT + at + minute * MINUTE;
			memset(wanted, 0, sizeof(wanted));
			anomalies_bursts(a, now, want, &now);
			if (memchr(wanted, 1, sizeof(wanted)) != NULL)
				one_round(at + minute * MINUTE, false);
		}
		maybe_die();
	}
}

/* --- the truth against what was told --------------------------------------------------------- */

static bool
holds(const struct event_bracket *b, int64_t us)
{
	return b->not_before_us <= us && us <= b->not_after_us;
}

/* The episode whose beginning (first 0) or end (1) lies in the bracket; of one that flaps any phase's. */
static struct episode *
find_episode(int target, const struct event_bracket *when, int first)
{
	int i, k;

	for (i = 0; i < nepisodes; i++) {
		struct episode *e = &episodes[i];

		if (e->target != target || e->silent)
			continue;
		if (first == 0 && e->from_the_first && when->not_before_us == 0)
			return e;
		for (k = first; k < e->nphases; k += 2)
			if (when->not_before_us != 0 && holds(when, MIDNIGHT + e->phases[k]))
				return e;
	}
	return NULL;
}

static bool
reached(const struct event_view *v)
{
	return v->status == VERDICT_OK || (v->status == VERDICT_IMPAIRED && v->mechanism == HTTP_SERVER_REFUSAL);
}

static void
take_note(const struct event_info *info, const struct event_target *t)
{
	int target = (int)strtol(t->url + 8, NULL, 10), i;
	/* Those that join do so by a change. */
	bool onset = info->anomaly->before.status == VERDICT_NONE || reached(&info->anomaly->before);
	bool recovery = info->kind == EVENT_ANOMALY_RECOVERY || reached(&info->anomaly->after);
	struct episode *e = NULL;

	if (onset || recovery) {
		e = find_episode(target, &t->when, onset ? 0 : 1);
		if (e == NULL)
			fail_msg("made up: %s of %d between %lld and %lld s", event_kind_name(info->kind), target,
			    (long long)((t->when.not_before_us - MIDNIGHT) / SECOND),
			    (long long)((t->when.not_after_us - MIDNIGHT) / SECOND));
	}
	for (i = 0; e == NULL && i < nepisodes; i++)
		if (strcmp(episodes[i].id, info->anomaly->id) == 0 && episodes[i].target == target)
			e = &episodes[i];
	if (e == NULL)
		fail_msg("made up: %s of %d between %lld and %lld s", event_kind_name(info->kind), target,
		    (long long)((t->when.not_before_us - MIDNIGHT) / SECOND),
		    (long long)((t->when.not_after_us - MIDNIGHT) / SECOND));
	if (e->id[0] != '\0')
		assert_string_equal(e->id, info->anomaly->id);
	memcpy(e->id, info->anomaly->id, sizeof(e->id));
	assert_true(info->anomaly->intermittent == false || e->flaps || info->ntargets > 1);
	e->onsets += onset;
	e->recoveries += recovery;
	e->changes += !onset && !recovery;
}

/* Whether the probe could see it: four rounds at least lie in it whole, and the network was there. */
static bool
was_to_be_seen(const struct episode *e)
{
	int64_t at;
	int n = 0;

	for (at = 0; at < DAYS * DAY; at += EVERY)
		n += at >= e->from && at + 7 * MINUTE <= e->until && state_at(at, at + 7 * MINUTE) == NETWORK_ONLINE;
	return n >= 4;
}

static void
check_episode(const struct episode *e)
{
	if (e->silent) {
		assert_string_equal(e->id, "");
		return;
	}
	if (e->onsets == 0 && !was_to_be_seen(e))
		return;
	if (e->onsets == 0)
		fail_msg("missed: '%c' of %d from %lld s", e->letter, e->target, (long long)(e->from / SECOND));
	if (e->flaps) {
		/* Told as one, and no more than its return and its nature. */
		assert_true(e->onsets <= 2 && e->recoveries <= 2 && e->onsets + e->recoveries + e->changes <= 4);
		assert_true(e->recoveries >= 1);
		return;
	}
	assert_int_equal(e->onsets, 1);
	assert_int_equal(e->recoveries, e->until < DAYS * DAY ? 1 : 0);
	assert_int_equal(e->changes, e->later != 0 ? 1 : 0);
}

static void
check_groups(void)
{
	int i;

	for (i = 0; i < nepisodes; i++)
		assert_string_equal(episodes[i].id, episodes[episodes[i].group].id);
}

static void
every_scripted_episode_is_told_once_and_none_is_made_up(void **state)
{
	int number, i, scripted = 0;
	size_t k, m;

	(void)state;
	for (i = 0; i < TARGETS; i++)
		snprintf(urls[i], sizeof(urls[i]), "https://%02d.test/", i);
	for (number = 0; number < MONTHS; number++) {
		write_script((uint64_t)number);
		a = anomalies_new(NULL);
		nround = 0;
		live();
		for (k = 0; k < told.n; k++)
			for (m = 0; m < told.events[k].info.ntargets; m++)
				take_note(&told.events[k].info, &told.events[k].info.targets[m]);
		for (i = 0; i < nepisodes; i++) {
			check_episode(&episodes[i]);
			scripted += !episodes[i].silent;
		}
		check_groups();
		anomalies_free(a);
		told_clear(&told);
	}
	assert_true(scripted > 300);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_scripted_episode_is_told_once_and_none_is_made_up),
	};

	return cmocka_run_group_tests_name("anomaly_month", tests, NULL, NULL);
}
