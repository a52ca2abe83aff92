/* An event, told: what began, changed or ended, in which interval, what else could be the cause. */
#include "results/story.h"

#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "results/event.h"
#include "results/measurement.h"
#include "results/verdict_words.h"

enum { SITES_MOST = 8, REASONS = 5 };

#define SECOND_US INT64_C(1000000)

/* --- what each kind and each cause means ------------------------------------------------------ */

struct reasons {
	const char *title, *meaning;
	const char *alternatives[REASONS], *would_settle[REASONS]; /* NULL ends them */
};

#define HYSTERESIS "docs/methodology.md, Anomalies, says when that is said"
#define OTHER_LINE "The same sites over another provider in the same hours: netvane or OONI Probe there, or a phone's mobile data."
#define EVIDENCE_TELLS "The records of the evidence: each says what was tried, and which tests exclude what."
#define OUTSIDE "What others saw of the network in these hours: other volunteers, IODA, Cloudflare Radar."

static const struct reasons kinds[EVENT_KIND_MAX] = {
    [EVENT_NONE] = {"something that this version does not know", "A newer netvane wrote it.", {NULL}, {NULL}},
    [EVENT_ANOMALY_ONSET] = {"an anomaly began",
	"Two of three measurements that could tell failed at the same stage (" HYSTERESIS "). Between the times above, what the network does "
	"with this site changed as seen from here; what lies between two measurements nobody saw.",
	{"The site itself: it moved, broke down, or began to turn this line away.",
	    "A filter of your own, or of your employer or school, that was switched on then.",
	    "Chance: two accidents in three measurements, one after the other."},
	{EVIDENCE_TELLS, OTHER_LINE}},
    [EVENT_ANOMALY_CHANGE] = {"an anomaly changed",
	"The anomaly goes on, and is another one now: it fails in another way, has other sites, or comes and goes. It was so in several "
	"measurements one after the other (" HYSTERESIS ").",
	{"What interferes was changed, or takes turns: another machine on the way, another route.",
	    "The site moved to other servers, and fails there in another way.",
	    "Chance, where it only wavers."},
	{EVIDENCE_TELLS, OTHER_LINE}},
    [EVENT_ANOMALY_RECOVERY] = {"an anomaly ended",
	"Measurements were well again, at least twice in a row (" HYSTERESIS "). If it fails again within 6 hours, it is told as the same anomaly, "
	"which comes and goes.",
	{"The site moved to an address or a server that what interferes does not know.",
	    "Your line takes another way now: another provider, a VPN, another resolver.",
	    "A pause, and not the end."},
	{EVIDENCE_TELLS, OTHER_LINE}},
    [EVENT_CERTIFICATE_CHANGE] = {"a certificate changed",
	"A note, no suspicion. The site was reached with a valid certificate of which both the key and the issuer are new here, twice in a row. "
	"That is what an ordinary move to another authority looks like.",
	{"The site moved to another authority, or its hosting company did: by far the most common.",
	    "The site uses several authorities or CDNs, and this line was led to another one.",
	    "A certificate that an authority gave out by error, or to somebody else: possible, but nothing here shows it."},
	{"Public logs of certificates, such as crt.sh: search them for the site's name, or for the key above.",
	    "The same site over another provider: does it show the same key there?"}},
    [EVENT_QUOTA_DROP] = {"old records were deleted", "The limit on disk space was reached. Quiet days go first (docs/format.md, Files).",
	{NULL}, {"More room: storage.quota in the configuration, or records moved away in time."}},
    [EVENT_PROBE_START] = {"netvane was started", "Measuring began. Whether something was missed says a gap, where there is one.", {NULL}, {NULL}},
    [EVENT_PROBE_STOP] = {"netvane was stopped", "Somebody, or the service manager, ended it in an orderly way.", {NULL}, {NULL}},
    [EVENT_PAUSE] = {"measuring was paused", "Somebody ordered it. Nothing is measured and nothing sent until it is over.", {NULL}, {NULL}},
    [EVENT_RESUME] = {"measuring goes on", "A pause is over.", {NULL}, {NULL}},
    [EVENT_CONFIG_RELOAD] = {"a new configuration was taken", "From here on other targets, times or limits may hold.", {NULL}, {NULL}},
    [EVENT_CONFIG_REJECTED] = {"a new configuration was not taken", "It has a mistake; the log has its line. The old one stays in force.", {NULL},
	{"netvane config check"}},
    [EVENT_DISK_TROUBLE] = {"the disk takes no records", "The newest records wait in memory; what finds no room there is lost.", {NULL},
	{"Room on the disk, or another one: the reason above says what is wrong."}},
    [EVENT_DISK_RECOVERED] = {"the disk takes records again", "What waited in memory was written.", {NULL}, {NULL}},
};

/* A gap's by its cause; the title is the same. */
#define NOTHING_SAID "Nothing can be said of any site for this time: it was neither blocked nor reachable, it was not looked at."

static const struct reasons causes[GAP_CAUSE_MAX] = {
    [GAP_NONE] = {NULL, NOTHING_SAID, {NULL}, {NULL}},
    [GAP_POWERED_OFF] = {NULL, NOTHING_SAID " The machine started anew in between.",
	{"Somebody switched it off or restarted it.", "A power cut.", "It crashed."},
	{"The machine's own log of that time (journalctl --list-boots), and whether the neighbours had power."}},
    [GAP_SUSPENDED] = {NULL, NOTHING_SAID " The machine slept: its clock that stands still in sleep fell behind the other.",
	{"A lid that was closed, or a machine that sleeps when nobody uses it."}, {"Settings for sleep, if it is to measure all day."}},
    [GAP_KILLED] = {NULL, NOTHING_SAID " The program ended without a word, while the machine ran on.",
	{"The kernel took its memory (out of memory).", "Somebody killed it.", "A fault of netvane's."},
	{"The machine's log of that time; a fault of netvane's is worth a report."}},
    [GAP_STOPPED] = {NULL, NOTHING_SAID " The program was ended in an orderly way.",
	{"Somebody stopped it, or the service manager did, for an update perhaps."}, {NULL}},
    [GAP_PAUSED] = {NULL, NOTHING_SAID " Somebody had ordered a pause.", {NULL}, {NULL}},
    [GAP_STALLED] = {NULL, NOTHING_SAID " The program lived.",
	{"The machine was too busy, or its disk was.", "A round that did not end; a fault of netvane's."},
	{"The machine's load, and netvane's log, of that time."}},
    [GAP_NO_LINK] = {NULL, NOTHING_SAID " Rounds were made, and there was no network to make them on.",
	{"A cable, or a Wi-Fi, that was off.", "The router was off: a power cut, perhaps."}, {OUTSIDE}},
    [GAP_NO_GATEWAY] = {NULL, NOTHING_SAID " Rounds were made; the computer had a link, and the router was not known to answer.",
	{"The router was off, or hung.", "A shutdown, on a line whose router answers nothing by itself (docs/methodology.md, The state of the network)."},
	{OUTSIDE}},
    [GAP_CAPTIVE_PORTAL] = {NULL, NOTHING_SAID " A page of the network's stood before all others.",
	{"A hotel's, a café's or a train's Wi-Fi that wants a login.", "The provider's page for an unpaid bill or a used-up allowance."}, {NULL}},
    [GAP_SHUTDOWN] = {NULL, NOTHING_SAID " But that nothing answered is a finding itself: the router did, and nothing beyond it.",
	{"A fault of your provider's, or of its cables.", "An unpaid bill, a used-up allowance.", "A firewall of your own that lets nothing out.",
	    "Somebody has cut the network off on purpose: from one line that looks the same."},
	{OUTSIDE, "Whether neighbours, and other providers in town, were online."}},
    [GAP_FOREIGN_CUT] = {NULL, NOTHING_SAID " Sites abroad, that is: those in the country answered.",
	{"A fault of the provider's lines abroad.", "Somebody has cut off what is abroad on purpose: from one line that looks the same."},
	{OUTSIDE, "Whether other providers reached sites abroad."}},
    [GAP_NOT_LOOKED] = {NULL, NOTHING_SAID " Rounds were made, but were stopped before the controls, or have none.", {NULL}, {NULL}},
    [GAP_CLOCK_STEP] = {NULL, "No time is missing: the clock was set, and times before and after do not fit together.",
	{"The computer got the right time (NTP) after a start without it.", "Somebody set the clock."}, {NULL}},
    [GAP_UNKNOWN] = {NULL, NOTHING_SAID, {NULL}, {"The machine's own log of that time."}},
};

/* --- words ------------------------------------------------------------------------------------ */

/* "2026-11-22 06:15:02 UTC"; the second that is over by then, where it is the end of an interval. */
static const char *
moment(struct arena *arena, int64_t us, bool after)
{
	char text[CLOCK_TEXT_SIZE];

	if (after && us % SECOND_US != 0 && us < INT64_MAX - SECOND_US)
		us += SECOND_US;
	return arena_printf(arena, "%s UTC", clock_ooni(us, text));
}

static const char *
wide(struct arena *arena, const struct event_bracket *b)
{
	double s = ((double)b->not_after_us - (double)b->not_before_us) / 1e6;

	return s >= 0 ? arena_printf(arena, " (%s)", event_duration(arena, s)) : "";
}

/* Both ends, and how far apart. */
static const char *
interval(struct arena *arena, const struct event_bracket *b)
{
	const char *from = moment(arena, b->not_before_us, false), *to = moment(arena, b->not_after_us, true);

	if (b->not_before_us == 0 && b->not_after_us == 0)
		return "when is not known";
	if (b->not_before_us == 0)
		return arena_printf(arena, "before %s; nobody measured before that", to);
	if (b->not_after_us == 0)
		return arena_printf(arena, "after %s; until when is not known", from);
	return arena_printf(arena, "after %s and before %s%s", from, to, wide(arena, b));
}

static const char *
view(struct arena *arena, const struct event_view *v)
{
	const char *why = mechanism_words(v->mechanism);

	if (v->status == VERDICT_NONE)
		return "not known";
	return arena_printf(arena, "%s%s%s, confidence %.2f", verdict_status_words(v->status)->text, why != NULL ? ": " : "",
	    why != NULL ? why : "", v->confidence);
}

/* --- parts ------------------------------------------------------------------------------------ */

static bool
same_bracket(const struct event_bracket *a, const struct event_bracket *b)
{
	return a->not_before_us == b->not_before_us && a->not_after_us == b->not_after_us;
}

/* Each with its own interval where they differ. */
static void
tell_sites(struct measurement *m, const struct event_info *e, struct story *out)
{
	size_t i;

	for (i = 0; i < e->ntargets && i < SITES_MOST; i++) {
		const struct event_target *t = &e->targets[i];
		const char *url = t->url != NULL ? t->url : "(not named)";

		if (!same_bracket(&t->when, &e->when))
			url = arena_printf(m->arena, "%s: %s", url, interval(m->arena, &t->when));
		story_add(m, out, e->ntargets == 1 ? "site" : "sites", url);
	}
	if (e->ntargets > SITES_MOST)
		story_add(m, out, "sites", arena_printf(m->arena, "and %zu more", e->ntargets - SITES_MOST));
}

static void
tell_anomaly(struct measurement *m, const struct event_info *e, struct story *out)
{
	const struct event_anomaly *a = e->anomaly;

	if (a == NULL)
		return;
	story_add(m, out, "before", view(m->arena, &a->before));
	story_add(m, out, "after", view(m->arena, &a->after));
	if (a->intermittent)
		story_add(m, out, "", "it comes and goes");
	if (a->id != NULL)
		story_add(m, out, "anomaly", arena_printf(m->arena, "%s: all its events have that", a->id));
	out->status = e->kind == EVENT_ANOMALY_RECOVERY ? VERDICT_OK : a->after.status;
}

static void
tell_certificate(struct measurement *m, const struct event_info *e, struct story *out)
{
	if (e->certificate == NULL)
		return;
	story_add(m, out, "new key",
	    e->certificate->key != NULL ? arena_printf(m->arena, "SHA-256 %s", e->certificate->key) : "each site has another");
	if (e->certificate->issuer != NULL)
		story_add(m, out, "new issuer", arena_printf(m->arena, "its name's SHA-256 %s", e->certificate->issuer));
}

static void
tell_clocks(struct measurement *m, const struct event_gap *gap, struct story *out)
{
	if (gap->suspended_s > 0)
		story_add(m, out, "slept", arena_printf(m->arena, "%s of it", event_duration(m->arena, gap->suspended_s)));
	if (!isnan(gap->clock_step_s) && fabs(gap->clock_step_s) > 0)
		story_add(m, out, "clock", arena_printf(m->arena, "set %s by %s", gap->clock_step_s < 0 ? "back" : "forward",
		    event_duration(m->arena, gap->clock_step_s)));
}

/* What is known of the time in which nothing was measured. */
static void
tell_gap(struct measurement *m, const struct event_info *e, struct story *out)
{
	const struct event_gap *gap = e->gap;

	if (gap == NULL)
		return;
	story_add(m, out, "from", gap->from_us != 0 ? moment(m->arena, gap->from_us, false) : "not known");
	if (gap->until_us != 0)
		story_add(m, out, "until", arena_printf(m->arena, "%s (%s)", moment(m->arena, gap->until_us, true),
		    event_duration(m->arena, ((double)gap->until_us - (double)gap->from_us) / 1e6)));
	else
		story_add(m, out, "until", "it lasted when this was written");
	if (gap->cause == GAP_CLOCK_STEP)
		return;
	if (gap->until_us != 0 && (gap->end.not_before_us != 0 || gap->end.not_after_us != 0))
		story_add(m, out, "it ended", interval(m->arena, &gap->end));
}

static void
tell_drop(struct measurement *m, const struct event_info *e, struct story *out)
{
	const struct event_drop *d = e->drop;

	if (d == NULL)
		return;
	if (d->day != NULL)
		story_add(m, out, "day", d->day);
	if (d->records >= 0)
		story_add(m, out, "records", arena_printf(m->arena, "%lld", (long long)d->records));
	if (d->bytes >= 0)
		story_add(m, out, "bytes", arena_printf(m->arena, "%lld", (long long)d->bytes));
}

static void
tell_when(struct measurement *m, const struct event_info *e, struct story *out)
{
	static const char *const labels[EVENT_KIND_MAX] = {
	    [EVENT_ANOMALY_ONSET] = "it began",
	    [EVENT_ANOMALY_CHANGE] = "it changed",
	    [EVENT_ANOMALY_RECOVERY] = "it ended",
	    [EVENT_CERTIFICATE_CHANGE] = "it changed",
	    [EVENT_GAP] = "it began",
	};

	if (labels[e->kind] != NULL && !(e->gap != NULL && e->gap->cause == GAP_CLOCK_STEP))
		story_add(m, out, labels[e->kind], interval(m->arena, &e->when));
}

static void
tell_day(struct measurement *m, const struct event_info *e, struct story *out)
{
	static const char *const coincidence[] = {
	    "The listed day coincides. That alone is no cause: many days and many lines would show one (netvane-analyze).", NULL};
	const struct event_day *day = e->day;

	if (day == NULL)
		return;
	story_add(m, out, "event day", arena_printf(m->arena, "%s, %s (calendar %s)", day->day != NULL ? day->day : "?",
	    day->text != NULL ? day->text : "?", day->calendar != NULL ? day->calendar : "?"));
	story_add_alternatives(m, out, coincidence);
}

static void
tell_evidence(struct measurement *m, const struct event_info *e, struct story *out)
{
	size_t i;

	for (i = 0; i < e->nevidence; i++)
		if (e->evidence[i] != NULL)
			*ARENA_PUSH(m->arena, out->evidence, out->nevidence) = (struct story_evidence){.id = e->evidence[i]};
	out->evidence_dropped = e->evidence_dropped;
}

/* What several sites have in common may be at fault. */
static void
add_company(struct measurement *m, const struct event_info *e, struct story *out)
{
	static const char *const company[] = {
	    "What the sites have in common: a hosting company, a CDN, an address. Its fault looks the same from here.", NULL};

	if (e->ntargets > 1 && e->anomaly != NULL)
		story_add_alternatives(m, out, company);
}

void
story_of_event(struct measurement *m, struct story *out)
{
	const struct event_info *e = m->event;
	const struct reasons *reasons = &kinds[e->kind];

	out->title = e->kind == EVENT_GAP ? "nothing was measured" : reasons->title;
	if (e->kind == EVENT_GAP)
		reasons = &causes[e->gap != NULL ? e->gap->cause : GAP_NONE];
	out->words = e->what != NULL ? e->what : event_tell(m->arena, e);
	out->meaning = reasons->meaning;
	tell_sites(m, e, out);
	tell_anomaly(m, e, out);
	tell_certificate(m, e, out);
	if (e->gap != NULL && e->gap->cause != GAP_NONE)
		story_add(m, out, "cause", gap_cause_name(e->gap->cause));
	tell_when(m, e, out);
	tell_gap(m, e, out);
	if (e->gap != NULL)
		tell_clocks(m, e->gap, out);
	tell_drop(m, e, out);
	if (e->reason != NULL)
		story_add(m, out, "reason", e->reason);
	story_add_alternatives(m, out, reasons->alternatives);
	add_company(m, e, out);
	tell_day(m, e, out);
	story_add_remedies(m, out, reasons->would_settle);
	tell_evidence(m, e, out);
}
