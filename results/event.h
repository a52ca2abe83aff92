/*
 * What happens between measurements: an anomaly begins, changes or ends, the probe falls silent, records are given up. Part of
 * struct measurement, in records named netvane_event; docs/format.md describes every key.
 *
 * Strings are UTF-8, NULL unknown; wall times are microseconds, 0 unknown. Everything lives as long as the measurement.
 */
#ifndef RESULTS_EVENT_H
#define RESULTS_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "results/verdict.h"

struct arena;
struct json;
struct json_get;
struct node;

enum event_kind {
	EVENT_NONE, /* a kind that this program does not know */
	EVENT_ANOMALY_ONSET,
	EVENT_ANOMALY_CHANGE,
	EVENT_ANOMALY_RECOVERY,
	EVENT_CERTIFICATE_CHANGE,
	EVENT_GAP,
	EVENT_QUOTA_DROP,
	EVENT_PROBE_START,
	EVENT_PROBE_STOP,
	EVENT_PAUSE,
	EVENT_RESUME,
	EVENT_CONFIG_RELOAD,
	EVENT_CONFIG_REJECTED,
	EVENT_DISK_TROUBLE,
	EVENT_DISK_RECOVERED,
	EVENT_KIND_MAX
};

/* Why there were no usable measurements. probe/gaps.h finds it out. */
enum gap_cause {
	GAP_NONE,
	GAP_POWERED_OFF, /* or restarted: another boot of the machine */
	GAP_SUSPENDED,
	GAP_KILLED, /* or crashed: ended without saying so */
	GAP_STOPPED, /* somebody ended the probe, or the service manager did */
	GAP_PAUSED,
	GAP_STALLED, /* it lived, and did not get to measuring */
	GAP_NO_LINK,
	GAP_NO_GATEWAY,
	GAP_CAPTIVE_PORTAL,
	GAP_SHUTDOWN,
	GAP_FOREIGN_CUT,
	GAP_NOT_LOOKED, /* rounds were made, but the state of the network was not learned */
	GAP_CLOCK_STEP, /* no time passed: the clock was set */
	GAP_UNKNOWN,
	GAP_CAUSE_MAX
};

/* "anomaly_onset", ...; NULL for EVENT_NONE and GAP_NONE. */
const char *event_kind_name(enum event_kind kind);
const char *gap_cause_name(enum gap_cause cause);
/* The other way; the _MAX value for a name that is none, 0 for NULL. */
enum event_kind event_kind_find(const char *name);
enum gap_cause gap_cause_find(const char *name);

/* When something must have happened. Either end may be unknown. */
struct event_bracket {
	int64_t not_before_us, not_after_us;
};

struct event_target {
	char *url;
	struct event_bracket when; /* for this one */
};

/* A verdict without its evidence. Status VERDICT_NONE: unknown. */
struct event_view {
	enum verdict_status status;
	enum verdict_stage stage;
	enum mechanism mechanism;
	double confidence;
};

struct event_anomaly {
	char *id; /* 32 hex digits; onset, changes and recovery share it */
	bool intermittent; /* it comes and goes */
	/* Of several targets what all have: the status that accuses least, the least confidence, a mechanism only if it is one. */
	struct event_view before, after;
};

/* The new one: SHA-256 (hex) of the leaf's public key, and of its issuer's name. */
struct event_certificate {
	char *key, *issuer;
};

struct event_gap {
	char *id; /* 32 hex digits; a record written while it lasts, and the one at its end, share it */
	enum gap_cause cause;
	int64_t from_us, until_us; /* without usable measurements; until 0: it lasts */
	int64_t from_mono_ns, until_mono_ns; /* the same on clock_mono_ns; -1 unknown, or of another boot */
	struct event_bracket end; /* when the cause must have ended; the event's own bracket is for its beginning */
	double suspended_s; /* of it, the time in which the machine slept; NAN unknown */
	double clock_step_s; /* how far the wall clock was set forward (back: negative); NAN unknown */
};

/* Records that the quota took. */
struct event_drop {
	char *day; /* "2026-11-22", UTC */
	int64_t segments, records, bytes; /* -1 unknown */
};

/* A day of the calendar with which it coincides. */
struct event_day {
	char *day; /* "2026-12-16" */
	char *text;
	char *calendar; /* where it stands */
};

struct event_info {
	enum event_kind kind;
	char *what; /* in words; see event_tell */
	char *reason; /* of a stop, a pause, a rejection, disk trouble, a drop: as whoever knew it put it */
	struct event_target *targets;
	size_t ntargets;
	struct event_bracket when; /* from the earliest of the targets to the latest */
	char **evidence; /* ids of records, in the order of time */
	size_t nevidence;
	int64_t evidence_dropped; /* how many more there were, between the first and the newest */
	/* NULL: none. */
	struct event_day *day;
	struct event_anomaly *anomaly;
	struct event_certificate *certificate;
	struct event_gap *gap;
	struct event_drop *drop;
};

/* Says it in a sentence or three that a volunteer understands, in the arena. Reads all but e->what. Pure. */
char *event_tell(struct arena *arena, const struct event_info *e);

/* Its parts: " between 2026-11-22 06:15 and 06:31 UTC", or as much as is known of it, "" nothing; */
const char *event_between(struct arena *arena, const struct event_bracket *b);
/* "45 seconds", "3 hours", whatever its sign; */
const char *event_duration(struct arena *arena, double s);
/* "probably blocked (reset at TLS)"; */
const char *event_state(struct arena *arena, const struct event_view *v);
/* and whether the network delivered: ok, or the site itself refused. */
bool event_reached(const struct event_view *v);

/* "event" as a member of the open x_netvane object. */
void event_encode(struct json *j, const struct event_info *e);
/* Reads it; see json_get.h. */
struct event_info *event_decode(struct json_get *g, const struct node *event);

#endif
