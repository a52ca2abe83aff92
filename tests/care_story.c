/* A few days in the life of a journal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "results/journal.h"
#include "results/journal_care.h"
#include "results/record_look.h"
#include "results/record_reader.h"
#include "results/spool.h"
#include "tests/care_story.h"
#include "tests/faults.h"
#include "tests/journal_lab.h"

enum { DAYS = 5, ROUNDS = 4, TARGETS = 4, DAY_S = 86400, KEEP = 3, SLICE = 64 * 1024, RING = 1024 * 1024 };
enum { A_ROUND = TARGETS + 1, A_DAY = ROUNDS * A_ROUND };
_Static_assert(DAYS * A_DAY <= STORY_IDS, "ids");

/* One day of the five has something odd in it. */
enum { ODD_ROUND = 1 * ROUNDS + 2 };

static struct journal *journal;
static struct spool *spool;

static void
hear_of_trouble(const struct spool_news *news, void *arg)
{
	struct story *story = arg;

	(void)news;
	story->troubled = true;
}

static int
day_of(int id)
{
	return id / A_DAY;
}

struct story *
story_new(void)
{
	struct story *story = mmap(
	    NULL, sizeof(*story), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	assert_ptr_not_equal(story, MAP_FAILED);
	story->lost = -1;
	return story;
}

void
story_free(struct story *story)
{
	munmap(story, sizeof(*story));
}

/* As the daemon does: the record of the act, with the id that it was given; asked again, it is only to be synced. */
static int
tell(const struct care_act *act, bool again, void *arg)
{
	struct buf line = BUF_EMPTY;

	(void)arg;
	if (!again) {
		buf_printf(&line,
		    "{\"id\":\"%s\",\"test_name\":\"netvane_event\",\"test_keys\":{\"x_netvane\":{\"event\":"
		    "{\"kind\":\"quota_drop\",\"act\":\"%s\",\"day\":\"%s\",\"records\":%lld}}}}\n",
		    act->id, care_act_kind_name(act->kind), act->day, (long long)act->records);
		spool_append(spool, line.data, line.len);
		buf_free(&line);
	}
	return spool_sync(spool) == SPOOL_OK ? 0 : -1;
}

static void
open_all(struct journal_care **care, struct story *story, int fill)
{
	const struct spool_options spool_options = {RING, hear_of_trouble, story};
	const struct journal_care_options care_options = {
	    /* About two days and a half, sealed. */
	    .quota_bytes = A_DAY * (fill / 2 + 40) * 5 / 2,
	    .keep_one_of = KEEP,
	    .tell = tell};
	pid_t pid;

	if (journal_open(lab_dir, &journal, &pid) != JOURNAL_OK)
		_exit(STORY_NOT_BEGUN);
	journal_limit(journal, A_DAY * (fill + 300) / 3, DAY_S);
	spool = spool_new(journal, &spool_options);
	*care = journal_care_new(journal, &care_options);
}

static void
append_round(struct story *story, int round, int fill)
{
	struct buf line = BUF_EMPTY;
	struct lab_record record;
	int i, id;

	for (i = 0; i < A_ROUND; i++) {
		id = round * A_ROUND + i;
		record = (struct lab_record){.n = id, .round = round, .fill = (size_t)fill};
		if (i == TARGETS)
			record.test_name = "netvane_round";
		else if (round == ODD_ROUND && i == 1)
			record.status = "blocked";
		buf_clear(&line);
		lab_line(&line, &record);
		story->tried[id] = true;
		story->ids = id + 1;
		spool_append(spool, line.data, line.len);
		story->taken[id] = true;
	}
	if (spool_sync(spool) == SPOOL_OK)
		memcpy(story->synced, story->taken, sizeof(story->synced));
	buf_free(&line);
}

void
story_tell(struct story *story, int fill)
{
	struct journal_care *care;
	int round, i;

	open_all(&care, story, fill);
	for (round = 0; round < DAYS * ROUNDS; round++) {
		append_round(story, round, fill);
		for (i = 0; i < 300 && journal_care_step(care, SLICE) == CARE_MORE; i++)
			;
		/* All rounds of a day are in it, from 06:30 on. */
		lab_pass_s(round % ROUNDS == ROUNDS - 1 ? DAY_S - 3600 * (ROUNDS - 1) : 3600);
	}
	story->calls = fault_calls();
	story->syncs = fault_syncs();
	fault_arm(FAULT_NONE, 0, 0, 0);
	journal_care_free(care);
	story->lost = (int)spool_free(spool);
	journal_close(journal);
}

/* --- and afterwards -------------------------------------------------------------------------- */

struct found {
	int count[STORY_IDS];
	int thinned[DAYS + 1], dropped[DAYS + 1]; /* records, by what the events say, and the segments' day */
	char (*events)[RECORD_LOOK_ID_SIZE];
	size_t nevents;
};

static void
complain(const char *file, int64_t line, const char *message, void *arg)
{
	(void)arg;
	fail_msg("%s:%lld: %s", file, (long long)line, message);
}

static void
take_event(struct found *found, const char *text, const char *id)
{
	json_t *record = json_loads(text, 0, NULL);
	const json_t *event = json_object_get(
	    json_object_get(json_object_get(record, "test_keys"), "x_netvane"), "event");
	int day = atoi(json_string_value(json_object_get(event, "day")) + 8) - 22;
	int records = (int)json_integer_value(json_object_get(event, "records"));
	size_t i;

	for (i = 0; i < found->nevents; i++)
		assert_string_not_equal(found->events[i], id);
	found->events = xreallocarray(found->events, found->nevents + 1, sizeof(*found->events));
	memcpy(found->events[found->nevents++], id, RECORD_LOOK_ID_SIZE);
	assert_in_range(day, 0, DAYS);
	if (strcmp(json_string_value(json_object_get(event, "act")), "thin") == 0)
		found->thinned[day] += records;
	else
		found->dropped[day] += records;
	json_decref(record);
}

static void
read_all(struct found *found)
{
	char *path = xstrdup(lab_dir);
	struct record_reader *reader = record_reader_new(&path, 1, complain, NULL);
	struct record_line line;
	struct record_look look;
	long id;

	while (record_reader_next(reader, &line) == 1) {
		if (line.torn)
			fail_msg("%s: a torn line", line.file);
		record_look(line.data, line.len, &look);
		if (strstr(line.data, "netvane_event") != NULL) {
			take_event(found, line.data, look.id);
			continue;
		}
		id = strtol(look.id, NULL, 16);
		assert_int_equal(strlen(look.id), 32);
		assert_in_range(id, 0, STORY_IDS - 1);
		found->count[id]++;
	}
	record_reader_free(reader);
	free(path);
}

static void
check_record(const struct story *story, const struct found *found, int id)
{
	int day = day_of(id);

	if (found->count[id] > 1)
		fail_msg("record %d is there %d times", id, found->count[id]);
	if (found->count[id] == 1)
		assert_true(story->tried[id]);
	if (found->count[id] == 1 || !story->synced[id] || found->dropped[day] > 0 || story->troubled)
		return;
	/* What thinning leaves out is a target's record of a round in which nothing was. */
	if (found->thinned[day] == 0 || id % A_ROUND == TARGETS || id / A_ROUND == ODD_ROUND)
		fail_msg("record %d was synced, and is lost", id);
}

/*
 * What went by acts of the quota is what is missing, but for records of which it is not known whether they were ever there. For each
 * day; and for all together, where records may be in the segments of a later one.
 */
static void
check_days(const struct story *story, const struct found *found, int from, int to)
{
	int least = 0, most = 0, gone = 0, id, day;

	for (day = from; day < to; day++)
		gone += found->thinned[day] + found->dropped[day];
	for (id = from * A_DAY; id < to * A_DAY && id < STORY_IDS; id++)
		if (found->count[id] == 0) {
			least += story->synced[id] || (story->taken[id] && story->lost == 0);
			most += story->tried[id];
		}
	if (gone < least || gone > most)
		fail_msg("of days %d to %d %d to %d records are missing, and the quota took %d", from,
		    to - 1, least, most, gone);
}

void
story_check(struct story *story, int fill)
{
	struct found found = {0};
	struct journal_care *care;
	enum care_step step;
	int id, day;

	open_all(&care, story, fill);
	do
		step = journal_care_step(care, SLICE);
	while (step == CARE_MORE);
	assert_int_equal(step, CARE_DONE);
	journal_care_free(care);
	assert_int_equal(spool_free(spool), 0);
	assert_int_equal(journal_close(journal), 0);
	assert_int_equal(lab_count_files(".part") + lab_count_files(".thin"), 0);
	assert_false(lab_has(CARE_ACT_FILE));
	read_all(&found);
	for (id = 0; id < story->ids; id++)
		check_record(story, &found, id);
	check_days(story, &found, 0, DAYS + 1);
	for (day = 0; day < DAYS; day++) {
		if (!story->troubled)
			check_days(story, &found, day, day + 1);
		story->thinned += found.thinned[day];
		story->dropped += found.dropped[day];
	}
	free(found.events);
}
