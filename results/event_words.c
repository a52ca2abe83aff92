/* Events in words, for volunteers: what happened, between when and when. Times are UTC, whole minutes that enclose the moment. */
#include "results/event.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "results/verdict_words.h"

enum { NAMED_MOST = 3 }; /* sites that are named one by one */

#define MINUTE_US (INT64_C(60) * 1000000)

/* --- times ----------------------------------------------------------------------------------- */

/* "2026-11-22 06:30"; after: the minute that is over by then. */
static char *
minute(struct arena *arena, int64_t us, bool after)
{
	char text[CLOCK_TEXT_SIZE];

	if (after && us % MINUTE_US != 0 && us < INT64_MAX - MINUTE_US)
		us += MINUTE_US;
	clock_ooni(us, text);
	text[16] = '\0';
	return arena_strdup(arena, text);
}

/* "06:31" where the day is that of the other time. */
static const char *
same_day_short(const char *first, const char *second)
{
	return strncmp(first, second, 11) == 0 ? second + 11 : second;
}

/* " between 2026-11-22 06:15 and 06:31 UTC", or as much as is known of it; "" nothing. */
const char *
event_between(struct arena *arena, const struct event_bracket *b)
{
	const char *from = minute(arena, b->not_before_us, false), *to = minute(arena, b->not_after_us, true);

	if (b->not_before_us == 0 && b->not_after_us == 0)
		return "";
	if (b->not_before_us == 0)
		return arena_printf(arena, " before %s UTC", to);
	if (b->not_after_us == 0)
		return arena_printf(arena, " after %s UTC", from);
	return arena_printf(arena, " between %s and %s UTC", from, same_day_short(from, to));
}

/* "45 seconds", "3 hours": two digits are enough to know what it was. */
const char *
event_duration(struct arena *arena, double s)
{
	static const struct {
		double s;
		const char *name;
	} units[] = {{86400, "day"}, {3600, "hour"}, {60, "minute"}, {1, "second"}};
	size_t i = 0;
	long n;

	s = fabs(s);
	/* Rather 90 minutes than 2 hours. */
	while (i + 1 < sizeof(units) / sizeof(units[0]) && s < 2 * units[i].s)
		i++;
	n = s / units[i].s < 1e9 ? lround(s / units[i].s) : 1000000000;
	return arena_printf(arena, "%ld %s%s", n, units[i].name, n == 1 ? "" : "s");
}

/* --- sites ----------------------------------------------------------------------------------- */

static const char *
or_unknown(const char *text)
{
	return text != NULL && text[0] != '\0' ? text : "unknown";
}

/* "a", "a and b", "a, b, c and 4 more sites" */
static const char *
sites(struct arena *arena, const struct event_info *e)
{
	size_t shown = e->ntargets > NAMED_MOST + 1 ? NAMED_MOST : e->ntargets, i;
	size_t more = e->ntargets - shown;
	const char *text = "", *before;

	if (e->ntargets == 0)
		return "A site";
	for (i = 0; i < shown; i++) {
		before = i == 0 ? "" : i + 1 == shown && more == 0 ? " and " : ", ";
		text = arena_printf(arena, "%s%s%s", text, before, or_unknown(e->targets[i].url));
	}
	return more > 0 ? arena_printf(arena, "%s and %zu more sites", text, more) : text;
}

/* "is", "are"; for verbs in general: the one for one site, the other for several. */
static const char *
verb(const struct event_info *e, const char *one, const char *several)
{
	return e->ntargets > 1 ? several : one;
}

/* How a site is, as the end of "It is ...". Those that can be reached never get here. */
const char *
event_state(struct arena *arena, const struct event_view *v)
{
	static const char *const states[VERDICT_STATUS_MAX] = {
	    [VERDICT_NONE] = "in an unknown state",
	    [VERDICT_OK] = "reachable",
	    [VERDICT_BLOCKED] = "blocked",
	    [VERDICT_LIKELY_BLOCKED] = "probably blocked",
	    [VERDICT_IMPAIRED] = "working badly",
	    [VERDICT_DOWN] = "out of order by the site's own fault",
	    [VERDICT_INSUFFICIENT] = "failing, it cannot be told why",
	};
	const char *why = v->status != VERDICT_OK ? mechanism_words(v->mechanism) : NULL;

	if (why == NULL)
		return states[v->status];
	return arena_printf(arena, "%s (%s)", states[v->status], why);
}

/* --- one sentence for each kind -------------------------------------------------------------- */

static const struct event_anomaly *
anomaly_of(const struct event_info *e)
{
	static const struct event_anomaly none;

	return e->anomaly != NULL ? e->anomaly : &none;
}

static const char *
tell_onset(struct arena *arena, const struct event_info *e)
{
	const struct event_anomaly *a = anomaly_of(e);
	const char *start;

	if (e->when.not_before_us != 0)
		start = arena_printf(arena, "It began%s.", event_between(arena, &e->when));
	else
		start = "It was so from the first measurement; when it began is not known.";
	return arena_printf(arena, "%s %s %s. %s", sites(arena, e), verb(e, "is", "are"), event_state(arena, &a->after), start);
}

bool
event_reached(const struct event_view *v)
{
	return v->status == VERDICT_OK || (v->status == VERDICT_IMPAIRED && v->mechanism == HTTP_SERVER_REFUSAL);
}

static bool
same_view(const struct event_view *a, const struct event_view *b)
{
	return a->status == b->status && a->stage == b->stage && a->mechanism == b->mechanism;
}

/* Some of the sites recovered, one joined or came back, it is known to come and go, or it is another way of failing. */
static const char *
tell_change(struct arena *arena, const struct event_info *e)
{
	const struct event_anomaly *a = anomaly_of(e);
	const char *when = event_between(arena, &e->when), *who = sites(arena, e), *is = verb(e, "is", "are");

	if (event_reached(&a->after))
		return arena_printf(arena, "%s can be reached again; other sites that failed together with %s cannot yet. That changed%s.",
		    who, verb(e, "it", "them"), when);
	if ((event_reached(&a->before) || a->before.status == VERDICT_NONE) && a->intermittent)
		return arena_printf(arena, "%s %s %s again. That changed%s.", who, is, event_state(arena, &a->after), when);
	if (event_reached(&a->before) || a->before.status == VERDICT_NONE)
		return arena_printf(arena, "%s now %s %s, too. That changed%s.", who, is, event_state(arena, &a->after), when);
	if (same_view(&a->before, &a->after))
		return arena_printf(arena, "%s %s %s at times only. That showed%s.", who, is, event_state(arena, &a->after), when);
	return arena_printf(arena, "%s %s %s and now %s %s. That changed%s.", who, verb(e, "was", "were"),
	    event_state(arena, &a->before), is, event_state(arena, &a->after), when);
}

static const char *
tell_recovery(struct arena *arena, const struct event_info *e)
{
	const struct event_anomaly *a = anomaly_of(e);

	return arena_printf(arena, "%s can be reached again; %s %s. It ended%s.", sites(arena, e), verb(e, "it was", "they were"),
	    event_state(arena, &a->before), event_between(arena, &e->when));
}

static const char *
tell_certificate(struct arena *arena, const struct event_info *e)
{
	return arena_printf(arena, "%s %s a certificate with another key and from another issuer than usual. It is valid, and sites do change "
				   "their certificates; it is noted in case somebody else did. That changed%s.",
	    sites(arena, e), verb(e, "shows", "show"), event_between(arena, &e->when));
}

static const char *
tell_step(struct arena *arena, const struct event_gap *gap)
{
	if (isnan(gap->clock_step_s))
		return "The computer's clock was set.";
	return arena_printf(arena, "The computer's clock was set %s by %s. Times before and after do not fit together.",
	    gap->clock_step_s < 0 ? "back" : "forward", event_duration(arena, gap->clock_step_s));
}

static const char *
tell_gap(struct arena *arena, const struct event_info *e)
{
	static const char *const causes[GAP_CAUSE_MAX] = {
	    [GAP_NONE] = "it is not known why",
	    [GAP_POWERED_OFF] = "the computer was off or restarted",
	    [GAP_SUSPENDED] = "the computer slept",
	    [GAP_KILLED] = "netvane was killed or crashed",
	    [GAP_STOPPED] = "netvane was stopped",
	    [GAP_PAUSED] = "netvane was paused",
	    [GAP_STALLED] = "netvane ran, but did not get to measuring",
	    [GAP_NO_LINK] = "the computer was not connected to any network",
	    [GAP_NO_GATEWAY] = "the router did not answer",
	    [GAP_CAPTIVE_PORTAL] = "a login page stood before the internet",
	    [GAP_SHUTDOWN] = "the router answered, and nothing beyond it did: an outage or a shutdown",
	    [GAP_FOREIGN_CUT] = "sites in the country answered, and none abroad did",
	    [GAP_NOT_LOOKED] = "the state of the network was not learned",
	    [GAP_CLOCK_STEP] = "the computer's clock was set",
	    [GAP_UNKNOWN] = "it is not known why",
	};
	static const struct event_gap none = {.clock_step_s = (double)NAN};
	const struct event_gap *gap = e->gap != NULL ? e->gap : &none;
	const char *from = minute(arena, gap->from_us, false), *until = minute(arena, gap->until_us, true);

	if (gap->cause == GAP_CLOCK_STEP)
		return tell_step(arena, gap);
	if (gap->until_us == 0)
		return arena_printf(arena, "No usable measurements since %s UTC: %s. It lasts.", from, causes[gap->cause]);
	return arena_printf(arena, "No usable measurements from %s to %s UTC: %s.", from, same_day_short(from, until),
	    causes[gap->cause]);
}

static const char *
tell_drop(struct arena *arena, const struct event_info *e)
{
	const struct event_drop *d = e->drop;

	if (d == NULL)
		return "Old records were deleted, to stay within the limit on disk space.";
	return arena_printf(arena, "Records of %s were deleted, to stay within the limit on disk space: %lld records in %lld files, %.1f MB.",
	    or_unknown(d->day), (long long)(d->records > 0 ? d->records : 0), (long long)(d->segments > 0 ? d->segments : 0),
	    (double)(d->bytes > 0 ? d->bytes : 0) / 1e6);
}

/* Which of the kinds need more than a fixed sentence. */
static const struct {
	const char *(*tell)(struct arena *arena, const struct event_info *e);
	const char *text;
} kinds[EVENT_KIND_MAX] = {
    [EVENT_NONE] = {NULL, "Something happened that this version does not know."},
    [EVENT_ANOMALY_ONSET] = {tell_onset, NULL},
    [EVENT_ANOMALY_CHANGE] = {tell_change, NULL},
    [EVENT_ANOMALY_RECOVERY] = {tell_recovery, NULL},
    [EVENT_CERTIFICATE_CHANGE] = {tell_certificate, NULL},
    [EVENT_GAP] = {tell_gap, NULL},
    [EVENT_QUOTA_DROP] = {tell_drop, NULL},
    [EVENT_PROBE_START] = {NULL, "netvane was started."},
    [EVENT_PROBE_STOP] = {NULL, "netvane was stopped."},
    [EVENT_PAUSE] = {NULL, "Measuring was paused."},
    [EVENT_RESUME] = {NULL, "Measuring goes on."},
    [EVENT_CONFIG_RELOAD] = {NULL, "A new configuration was taken."},
    [EVENT_CONFIG_REJECTED] = {NULL, "The new configuration has a mistake and was not taken; the old one stays in force."},
    [EVENT_DISK_TROUBLE] = {NULL, "Records cannot be written to the disk. The newest are kept in memory."},
    [EVENT_DISK_RECOVERED] = {NULL, "Records can be written to the disk again."},
};

char *
event_tell(struct arena *arena, const struct event_info *e)
{
	const char *text = kinds[e->kind].tell != NULL ? kinds[e->kind].tell(arena, e) : kinds[e->kind].text;
	const char *flaps = e->anomaly != NULL && e->anomaly->intermittent ? " It comes and goes." : "";
	const char *reason = e->reason != NULL ? arena_printf(arena, " (%s)", e->reason) : "";
	const char *day = "";

	if (e->day != NULL)
		day = arena_printf(arena, " %s is in the calendar %s: %s.", or_unknown(e->day->day), or_unknown(e->day->calendar),
		    or_unknown(e->day->text));
	return arena_printf(arena, "%s%s%s%s", text, flaps, reason, day);
}
