/* Lines in memory: those that the disk did not take, and those of which it is not known yet whether it did. */
#include "results/spool.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "results/journal.h"
#include "results/journal_inside.h"
#include "results/record_reader.h"
#include "results/spool_settle.h"

/* The last one is for all others. */
static const struct kind {
	int err;
	const char *name, *words; /* NULL: strerror's */
} kinds[] = {
    {ENOSPC, "disk_full", "the disk is full"},
    {EDQUOT, "disk_full", "the disk quota is used up"},
    {EROFS, "read_only", "the file system is read-only"},
    {EIO, "io_error", "the disk reports errors"},
    {0, "other", NULL},
};

/* How often it is tried to read a segment back that gives errors, before its lines are written again without that. */
enum { PATIENCE = 20 };

struct spool {
	struct journal *journal;
	struct spool_options options;
	/*
	 * Oldest first. The first `written` are in the last segment, and not synced; the others wait. Of the written ones the first `bare`
	 * have had to give their text up.
	 */
	struct spool_line *lines;
	size_t n, room, written, bare;
	size_t bytes; /* of text */
	bool trouble;
	const struct kind *kind; /* of the last trouble */
	int err;
	int tries; /* to read the last segment back */
	unsigned told; /* kinds, as bits */
	int64_t lost, lost_before; /* since the spool was made; when the trouble began */
	/* What is to be told, when the caller's call is done. */
	unsigned to_tell;
	bool to_tell_recovered, telling;
};

struct spool *
spool_new(struct journal *journal, const struct spool_options *options)
{
	struct spool *spool = xcalloc(1, sizeof(*spool));

	spool->journal = journal;
	spool->options = *options;
	return spool;
}

bool
spool_in_trouble(const struct spool *spool)
{
	return spool->trouble;
}

size_t
spool_waiting(const struct spool *spool)
{
	return spool->n - spool->written;
}

int64_t
spool_lost(const struct spool *spool)
{
	return spool->lost;
}

/* --- the lines ------------------------------------------------------------------------------- */

static void
push(struct spool *spool, const char *data, size_t len)
{
	if (spool->n == spool->room) {
		spool->room = spool->room == 0 ? 64 : spool->room * 2;
		spool->lines = xreallocarray(spool->lines, spool->room, sizeof(*spool->lines));
	}
	spool->lines[spool->n++] =
	    (struct spool_line){xmemdup(data, len), len, spool_line_sum(data, len), false};
	spool->bytes += len;
}

static void
give_up_text(struct spool *spool, struct spool_line *line)
{
	if (line->data != NULL)
		spool->bytes -= line->len;
	free(line->data);
	line->data = NULL;
}

/* Takes out `count` lines from the one at `from` on. They are either all written or all waiting. */
static void
take_out(struct spool *spool, size_t from, size_t count)
{
	size_t i, bare = 0;

	if (count == 0)
		return;
	for (i = from; i < from + count; i++) {
		bare += spool->lines[i].data == NULL;
		give_up_text(spool, &spool->lines[i]);
	}
	if (from < spool->written) {
		spool->written -= count;
		spool->bare -= bare;
	}
	spool->n -= count;
	memmove(spool->lines + from, spool->lines + from + count,
	    (spool->n - from) * sizeof(*spool->lines));
}

/* Lines that a sync has covered meanwhile, when the segment was full for example. */
static void
let_synced_go(struct spool *spool)
{
	off_t unsynced = journal_unsynced(spool->journal), sum = 0;
	size_t keep = 0, bytes = spool->bytes;

	while (keep < spool->written && sum < unsynced)
		sum += (off_t)spool->lines[spool->written - 1 - keep++].len;
	take_out(spool, 0, spool->written - keep);
	mem_trim(bytes - spool->bytes);
}

/* The oldest text goes first; a line that waits is lost with it. */
static void
make_room(struct spool *spool)
{
	while (spool->bytes > spool->options.bytes) {
		if (spool->bare < spool->written) {
			give_up_text(spool, &spool->lines[spool->bare++]);
		} else {
			take_out(spool, spool->written, 1);
			spool->lost++;
		}
	}
}

/* --- trouble --------------------------------------------------------------------------------- */

static void
meet_trouble(struct spool *spool, int err)
{
	const struct kind *kind = kinds;

	while (kind->err != err && kind->err != 0)
		kind++;
	if (!spool->trouble) {
		spool->lost_before = spool->lost;
		spool->told = 0;
	}
	spool->trouble = true;
	spool->kind = kind;
	spool->err = err;
	spool->to_tell |= 1u << (kind - kinds) & ~spool->told;
	spool->told |= 1u << (kind - kinds);
}

static void
tell_one(struct spool *spool, const struct kind *kind, bool recovered)
{
	struct spool_news news = {.recovered = recovered,
	    .kind = kind->name,
	    .waiting = spool_waiting(spool),
	    .lost = spool->lost - spool->lost_before};

	if (recovered)
		snprintf(news.text, sizeof(news.text),
		    "records are written again; %lld were lost, for want of memory",
		    (long long)news.lost);
	else
		snprintf(news.text, sizeof(news.text), "records wait in memory: %s",
		    kind->words != NULL ? kind->words : strerror(spool->err));
	if (recovered && news.lost == 0)
		snprintf(news.text, sizeof(news.text), "records are written again; none was lost");
	log_warnx("%s: %s", journal_dir(spool->journal), news.text);
	if (spool->options.tell != NULL)
		spool->options.tell(&news, spool->options.arg);
}

/*
 * At the end of each of the caller's calls, when everything is in its place, because the caller may well append what it is told.
 * Whatever that leads to is told here as well, and not from within.
 */
static int
done(struct spool *spool, int result)
{
	unsigned i;

	if (spool->telling)
		return result;
	spool->telling = true;
	while (spool->to_tell != 0 || spool->to_tell_recovered) {
		for (i = 0; spool->to_tell >> i != 0; i++)
			if ((spool->to_tell >> i & 1) != 0) {
				spool->to_tell &= ~(1u << i);
				tell_one(spool, &kinds[i], false);
			}
		if (spool->to_tell_recovered) {
			spool->to_tell_recovered = false;
			tell_one(spool, spool->kind, true);
		}
	}
	spool->telling = false;
	return result;
}

/* Finds out about the lines whose sync failed: those that are missing wait again. */
static int
settle(struct spool *spool)
{
	const struct journal_doubt *doubts;
	size_t n, i;

	for (doubts = journal_doubts(spool->journal, &n); n > 0;
	     doubts = journal_doubts(spool->journal, &n)) {
		if (spool_settle(journal_dir_fd(spool->journal), doubts, spool->lines,
			spool->written, spool->tries++ < PATIENCE) == -1)
			return -1;
		spool->tries = 0;
		journal_doubt_settled(spool->journal);
		for (i = spool->written; i-- > 0;)
			if (spool->lines[i].found)
				take_out(spool, i, 1);
		for (i = spool->written; i-- > 0;)
			if (spool->lines[i].data == NULL) {
				take_out(spool, i, 1);
				spool->lost++;
			}
		spool->written = spool->bare = 0;
	}
	return 0;
}

/* Appends the lines that wait. */
static int
catch_up(struct spool *spool)
{
	const struct spool_line *line;

	while (spool->written < spool->n) {
		line = &spool->lines[spool->written];
		if (journal_append(spool->journal, line->data, line->len) == -1)
			return -1;
		spool->written++;
		let_synced_go(spool);
	}
	return 0;
}

int
spool_retry(struct spool *spool)
{
	if (!spool->trouble)
		return SPOOL_OK;
	if (settle(spool) == -1 || catch_up(spool) == -1 || journal_sync(spool->journal) == -1) {
		meet_trouble(spool, errno);
		return done(spool, SPOOL_WAITING);
	}
	let_synced_go(spool);
	spool->trouble = false;
	spool->to_tell_recovered = true;
	return done(spool, SPOOL_OK);
}

/* --- every day ------------------------------------------------------------------------------- */

static int
sync_now(struct spool *spool)
{
	if (journal_sync(spool->journal) == -1) {
		meet_trouble(spool, errno);
		return SPOOL_WAITING;
	}
	let_synced_go(spool);
	return SPOOL_OK;
}

int
spool_sync(struct spool *spool)
{
	return spool->trouble ? spool_retry(spool) : done(spool, sync_now(spool));
}

int
spool_tick(struct spool *spool)
{
	if (spool->trouble)
		return SPOOL_WAITING;
	return journal_is_quiet(spool->journal) ? SPOOL_OK : spool_sync(spool);
}

int
spool_append(struct spool *spool, const char *line, size_t len)
{
	if (len > RECORD_LINE_MAX) {
		errno = EMSGSIZE;
		return SPOOL_REFUSED;
	}
	if (!spool->trouble && journal_append(spool->journal, line, len) == -1)
		meet_trouble(spool, errno);
	push(spool, line, len);
	if (!spool->trouble) {
		spool->written++;
		let_synced_go(spool);
		/* Where it is quiet a sync is dearer than the copies, which serve only if that sync will fail. */
		if (spool->bytes > spool->options.bytes && !journal_is_quiet(spool->journal))
			sync_now(spool);
	}
	make_room(spool);
	return done(spool, spool->trouble ? SPOOL_WAITING : SPOOL_OK);
}

int64_t
spool_free(struct spool *spool)
{
	int64_t lost;

	if (spool == NULL)
		return 0;
	if (spool_sync(spool) != SPOOL_OK)
		spool_retry(spool);
	lost = (int64_t)spool_waiting(spool);
	if (lost > 0)
		log_errorx("%s: %lld records that could not be written are lost",
		    journal_dir(spool->journal), (long long)lost);
	take_out(spool, spool->written, spool->n - spool->written);
	take_out(spool, 0, spool->written);
	free(spool->lines);
	free(spool);
	return lost;
}
