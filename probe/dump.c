/* The daemon's state, written. */
#include "probe/dump.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "probe/status_model.h"
#include "probe/status_words.h"
#include "results/verdict_words.h"

enum { VERSION = 1 };

static const char *const whys[] = {
    [SCHED_DUE] = "due",
    [SCHED_RUNNING] = "running",
    [SCHED_PAUSED] = "paused",
    [SCHED_CLOSED] = "closed",
    [SCHED_SHORT] = "short",
    [SCHED_EMPTY] = "empty",
};
static const char *const states[] = {
    [SCHED_NORMAL] = "normal",
    [SCHED_BURST] = "burst",
    [SCHED_RELAXED] = "relaxed",
};
enum { STATES = sizeof(states) / sizeof(states[0]) };

void
dump_add_target(struct dump *d, const struct sched_outlook *plan, struct sched_now now)
{
	struct dump_target *t;

	d->targets = xreallocarray(d->targets, d->ntargets + 1, sizeof(*d->targets));
	t = &d->targets[d->ntargets++];
	*t = (struct dump_target){.url = xstrdup(plan->url), .plan = *plan,
	    .due_us = now.wall_us + (plan->due_ns - now.mono_ns) / 1000};
	t->plan.url = t->url;
}

void
dump_clear(struct dump *d)
{
	size_t i;

	for (i = 0; i < d->ntargets; i++)
		free(d->targets[i].url);
	free(d->targets);
	d->targets = NULL;
	d->ntargets = 0;
}

/* --- JSON ------------------------------------------------------------------------------------ */

static void
put_time(struct json *j, const char *key, int64_t us)
{
	char text[CLOCK_TEXT_SIZE];

	json_put_string(j, key, us > 0 ? clock_rfc3339(us, text) : NULL);
}

static void
put_count(struct json *j, const char *key, int64_t v)
{
	if (v < 0)
		json_put_null(j, key);
	else
		json_put_int(j, key, v);
}

/* 0 is none. */
static void
put_limit(struct json *j, const char *key, int64_t v)
{
	put_count(j, key, v > 0 ? v : -1);
}

static void
process_encode(struct json *j, const struct dump *d)
{
	json_put_object(j, "process");
	put_count(j, "pid", d->process.pid);
	json_put_string(j, "version", d->status->probe.version);
	put_time(j, "started", d->status->probe.started_us);
	put_count(j, "uptime_s", d->status->probe.uptime_s);
	put_count(j, "rss_bytes", d->process.rss_bytes);
	put_count(j, "rss_most_bytes", d->process.rss_most_bytes);
	put_count(j, "descriptors", d->process.descriptors);
	put_count(j, "descriptors_limit", d->process.descriptors_limit);
	put_count(j, "loop_events", d->process.loop_events);
	json_put_string(j, "sandbox", d->status->probe.sandbox);
	json_put_string(j, "state_dir", d->status->probe.state_dir);
	json_put_bool(j, "stopping", d->stopping);
	json_put_bool(j, "reloading", d->reloading);
	json_put_object_end(j);
}

static void
line_encode(struct json *j, const struct dump *d)
{
	const struct status_network *n = &d->status->network;
	size_t i;

	json_put_object(j, "line");
	json_put_string(j, "state", network_state_name(n->state));
	json_put_string(j, "cause", gap_cause_name(d->line));
	json_put_array(j, "notes");
	for (i = 0; i < n->nnotes; i++)
		json_put_string(j, NULL, n->notes[i]);
	json_put_array_end(j);
	json_put_object_end(j);
}

static void
target_encode(struct json *j, const struct dump_target *t)
{
	json_put_object(j, NULL);
	json_put_string(j, "url", t->url);
	put_time(j, "due", t->due_us);
	json_put_int(j, "interval_s", t->plan.interval_s);
	json_put_string(j, "state", states[t->plan.state]);
	json_put_int(j, "burst_left", t->plan.burst_left);
	json_put_bool(j, "open", t->plan.open);
	json_put_bool(j, "late", t->plan.late);
	json_put_bool(j, "taken", t->plan.taken);
	json_put_object_end(j);
}

static void
schedule_encode(struct json *j, const struct dump *d)
{
	size_t i;

	json_put_object(j, "schedule");
	json_put_bool(j, "round_running", d->round_running);
	put_time(j, "last_round", d->status->probe.last_round_us);
	put_time(j, "next_round", d->round_running ? 0 : d->status->probe.next_round_us);
	json_put_string(j, "why", whys[d->why]);
	json_put_bool(j, "paused", d->status->probe.paused);
	json_put_array(j, "targets");
	for (i = 0; i < d->ntargets; i++)
		target_encode(j, &d->targets[i]);
	json_put_array_end(j);
	json_put_object_end(j);
}

static void
budget_encode(struct json *j, const struct dump *d)
{
	json_put_object(j, "budget");
	put_limit(j, "bytes_per_day", d->limits.bytes_per_day);
	put_limit(j, "targets_per_hour", d->limits.targets_per_hour);
	json_put_double(j, "reserve", d->limits.reserve);
	json_put_int(j, "bytes_today", d->today.bytes);
	json_put_int(j, "measured_today", d->today.measured);
	json_put_int(j, "extra_today", d->today.extra);
	json_put_int(j, "late_today", d->today.late);
	json_put_int(j, "refused_today", d->today.refused);
	json_put_int(j, "unburst_today", d->today.unburst);
	json_put_object_end(j);
}

static void
anomalies_encode(struct json *j, const struct status *st)
{
	size_t i, k;

	json_put_array(j, "anomalies");
	for (i = 0; i < st->nanomalies; i++) {
		const struct status_anomaly *a = &st->anomalies[i];

		json_put_object(j, NULL);
		json_put_string(j, "id", a->id);
		put_time(j, "not_before", a->from_us);
		put_time(j, "not_after", a->until_us);
		json_put_string(j, "mechanism", mechanism_name(a->mechanism));
		json_put_array(j, "targets");
		for (k = 0; k < a->ntargets; k++)
			json_put_string(j, NULL, a->targets[k]);
		json_put_array_end(j);
		json_put_object_end(j);
	}
	json_put_array_end(j);
}

static void
gaps_encode(struct json *j, const struct status *st)
{
	size_t i;

	json_put_array(j, "gaps");
	for (i = 0; i < st->ngaps; i++) {
		json_put_object(j, NULL);
		json_put_string(j, "cause", st->gaps[i].cause);
		put_time(j, "from", st->gaps[i].from_us);
		put_time(j, "until", st->gaps[i].until_us);
		json_put_object_end(j);
	}
	json_put_array_end(j);
}

static void
webhook_encode(struct json *j, const struct dump *d)
{
	const struct webhook_counts *c = &d->webhook_counts;

	if (!d->webhook) {
		json_put_null(j, "webhook");
		return;
	}
	json_put_object(j, "webhook");
	json_put_bool(j, "held", d->webhook_held);
	json_put_int(j, "waiting", (int64_t)c->waiting);
	json_put_int(j, "sent", (int64_t)c->sent);
	json_put_int(j, "refused", (int64_t)c->refused);
	json_put_int(j, "failures", (int64_t)c->failures);
	json_put_int(j, "dropped", (int64_t)c->dropped);
	json_put_object_end(j);
}

static void
counters_encode(struct json *j, const struct status *st)
{
	json_put_object(j, "counters");
	put_count(j, "rounds", st->counters.rounds);
	put_count(j, "measurements", st->counters.measurements);
	put_count(j, "events", st->counters.events);
	put_count(j, "bytes", st->counters.bytes);
	put_count(j, "lost", st->counters.lost);
	json_put_object_end(j);
}

void
dump_encode(const struct dump *d, struct buf *out)
{
	struct json j;

	json_init(&j, out);
	json_put_object(&j, NULL);
	json_put_int(&j, "netvane_dump", VERSION);
	put_time(&j, "time", d->status->taken_us);
	process_encode(&j, d);
	line_encode(&j, d);
	schedule_encode(&j, d);
	budget_encode(&j, d);
	anomalies_encode(&j, d->status);
	gaps_encode(&j, d->status);
	webhook_encode(&j, d);
	counters_encode(&j, d->status);
	json_put_object_end(&j);
	buf_putc(out, '\n');
}

/* --- sentences ------------------------------------------------------------------------------- */

static const char *
amount(int64_t bytes, char out[STATUS_WORDS_SIZE])
{
	return bytes < 0 ? "an unknown amount" : status_bytes(bytes, out);
}

static void
process_tell(const struct dump *d, struct buf *text)
{
	char up[STATUS_WORDS_SIZE], now[STATUS_WORDS_SIZE], most[STATUS_WORDS_SIZE];

	buf_printf(text, "process %lld, up %s, %s of memory (at most %s)", (long long)d->process.pid,
	    status_lasted(d->status->probe.uptime_s, up), amount(d->process.rss_bytes, now), amount(d->process.rss_most_bytes, most));
	if (d->process.descriptors >= 0)
		buf_printf(text, ", %lld descriptors of %lld", (long long)d->process.descriptors,
		    (long long)d->process.descriptors_limit);
}

/* A round's state of the line is known from the first one on. */
static void
line_tell(const struct dump *d, struct buf *text)
{
	const struct status_probe *p = &d->status->probe;
	char when[STATUS_WORDS_SIZE];

	buf_printf(text, "the line was %s", network_state_name(d->status->network.state));
	if (p->last_round_us > 0)
		buf_printf(text, " in the round of %s", status_when(p->last_round_us, when));
	if (d->round_running)
		buf_puts(text, "; a round runs");
	else if (p->paused)
		buf_puts(text, "; paused");
	else if (p->next_round_us > 0)
		buf_printf(text, "; the next round is %s", status_until(p->next_round_us, d->status->taken_us, when));
	else
		buf_puts(text, "; no round is planned");
}

static void
plan_tell(const struct dump *d, struct buf *text)
{
	size_t n[STATES] = {0}, i;
	char used[STATUS_WORDS_SIZE], limit[STATUS_WORDS_SIZE];

	for (i = 0; i < d->ntargets; i++)
		n[d->targets[i].plan.state]++;
	buf_printf(text, "%zu target%s, %zu in a burst, %zu on the way back; %s today", d->ntargets, d->ntargets == 1 ? "" : "s",
	    n[SCHED_BURST], n[SCHED_RELAXED], status_bytes(d->today.bytes, used));
	if (d->limits.bytes_per_day > 0)
		buf_printf(text, " of %s", status_bytes(d->limits.bytes_per_day, limit));
	if (d->today.late + d->today.refused > 0)
		buf_printf(text, ", %ld measurements put off or refused for it", (long)d->today.late + d->today.refused);
}

static void
open_tell(const struct dump *d, struct buf *text)
{
	const struct status *st = d->status;
	size_t i;

	buf_printf(text, "%zu open anomal%s", st->nanomalies, st->nanomalies == 1 ? "y" : "ies");
	for (i = 0; i < st->nanomalies; i++) {
		buf_puts(text, i == 0 ? ": " : "; ");
		status_anomaly_words(&st->anomalies[i], text);
	}
	if (d->webhook && d->webhook_counts.waiting > 0)
		buf_printf(text, "; %zu events wait to be sent%s", d->webhook_counts.waiting,
		    d->webhook_held ? ", which is held back" : "");
}

void
dump_tell(const struct dump *d, void (*line)(const char *text, void *arg), void *arg)
{
	static void (*const parts[])(const struct dump *, struct buf *) = {process_tell, line_tell, plan_tell, open_tell};
	struct buf text = BUF_EMPTY;
	size_t i;

	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		buf_clear(&text);
		parts[i](d, &text);
		line(buf_str(&text), arg);
	}
	buf_free(&text);
}
