/*
 * What a probe knows of itself, its targets and its line at one moment: what `netvane status`, the status page and /metrics
 * show. A plain model. Who runs the probe, or finds its state on the disk, fills it; status_view.h renders it and
 * status_json.h writes and reads it.
 *
 * Everything lives in its arena; what is added is copied. Texts are any bytes without NUL; NULL is not known. Times are wall
 * time in microseconds, 0 not known. Other numbers are -1 where they are not known.
 */
#ifndef PROBE_STATUS_MODEL_H
#define PROBE_STATUS_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "results/measurement.h"

struct arena;

struct status_probe {
	char *version;
	int64_t pid; /* of the daemon; -1: none runs */
	int64_t started_us, uptime_s;
	char *sandbox; /* what holds it in, in words */
	bool paused;
	int64_t paused_until_us; /* 0: until somebody ends it */
	int64_t last_round_us, next_round_us;
	char *state_dir;
};

struct status_network {
	enum network_state state; /* as the last round found it */
	enum ipv6_state ipv6;
	bool local_interception;
	char **notes; /* as in a round's record, or in words */
	size_t nnotes;
};

/* How often a target had which verdict in a span of time; VERDICT_NONE: measured and not judged. */
struct status_cell {
	uint32_t counts[VERDICT_STATUS_MAX];
};

/* The spans, the same for all targets: n of them, one after the other, step_s seconds each. */
struct status_grid {
	int64_t from_us, step_s;
	size_t n;
};
enum { STATUS_CELLS_MAX = 10000 };

struct status_target {
	char *url, *list;
	/* The last verdict. VERDICT_NONE: there is none yet. */
	enum verdict_status status;
	enum verdict_stage stage;
	enum mechanism mechanism;
	double confidence;
	int64_t measured_us;
	bool burst; /* looked at more often than its list says */
	struct status_cell *cells; /* grid.n; NULL: nothing was counted */
};

/* An anomaly that is open. */
struct status_anomaly {
	char *id;
	int64_t from_us, until_us; /* it began between these */
	enum mechanism mechanism;
	char **targets; /* their URLs; none: the line as a whole */
	size_t ntargets;
	char *words; /* what it is, for people */
	char *event_day; /* the listed day that it coincides with */
};

/* A time without measurements. */
struct status_gap {
	int64_t from_us, until_us; /* until 0: it lasts */
	char *cause; /* a name, such as "powered_off" */
};

struct status_budget {
	int64_t bytes_today, limit; /* limit -1: none */
	int64_t skipped; /* measurements left out today for it */
};

struct status_journal {
	int64_t bytes, quota; /* on the disk; quota -1: none */
	int64_t spool_lines; /* records that wait in memory for the disk */
	char *trouble; /* what is wrong with the disk; NULL: nothing */
};

/* Since the daemon started. */
struct status_counters {
	int64_t rounds, measurements, events, bytes;
	int64_t lost; /* records that found room neither on the disk nor in memory */
};

struct status {
	struct arena *arena;
	int64_t taken_us; /* when this was so */
	struct status_probe probe;
	struct status_network network;
	struct status_grid grid;
	struct status_target *targets; /* a list's stand together */
	size_t ntargets;
	struct status_anomaly *anomalies;
	size_t nanomalies;
	struct status_gap *gaps; /* in their order */
	size_t ngaps;
	struct status_budget budget;
	struct status_journal journal;
	struct status_counters counters;
};

/* --- filling --------------------------------------------------------------------------------- */

/* Nothing is known. */
struct status *status_new(void);
/* NULL is fine. */
void status_free(struct status *status);
/* A copy of the text in the arena. */
char *status_text_copy(struct status *status, const char *text);
void status_add_note(struct status *status, const char *text);
/*
 * Spans of step_s seconds that begin at whole ones of the clock (in UTC), as many as make `days` days, at most
 * STATUS_CELLS_MAX; now_us is in the last of them. Before the first status_count.
 */
void status_set_grid(struct status *status, int64_t now_us, int days, int64_t step_s);
/* What these return may move when the next one of its kind is added: keep indexes. */
struct status_target *status_add_target(struct status *status, const char *url, const char *list);
struct status_anomaly *status_add_anomaly(struct status *status, const char *id);
void status_anomaly_target(struct status *status, struct status_anomaly *anomaly, const char *url);
struct status_gap *status_add_gap(struct status *status, int64_t from_us, int64_t until_us, const char *cause);
/* Counts n verdicts of a target in the span that when_us is in; outside of the grid they are dropped. */
void status_count(struct status *status, struct status_target *target, int64_t when_us, enum verdict_status verdict,
    uint32_t n);

/* --- asking ---------------------------------------------------------------------------------- */

/* What a span looked like, all in all. */
enum status_face {
	FACE_NONE, /* not measured, or never judged */
	FACE_OK,
	FACE_BLOCKED, /* half of the time or more, and proven at least once */
	FACE_LIKELY, /* half of the time or more, never proven */
	FACE_PARTLY, /* blocked or likely blocked less often than that */
	FACE_IMPAIRED,
	FACE_DOWN,
	FACE_UNTOLD,
	STATUS_FACE_MAX
};
enum status_face status_cell_face(const struct status_cell *cell);
/* Cells that begin in the same hour or day: first to end - 1. */
struct status_span {
	int64_t start_us;
	size_t first, end;
};
/* The last `most` spans of unit_s seconds (whole ones of the clock) of a grid, or as many as it has. Returns how many. */
size_t status_spans(const struct status_grid *grid, int64_t unit_s, struct status_span *spans, size_t most);
/* All that was counted of the target in a span. */
struct status_cell status_span_cell(const struct status_target *target, const struct status_span *span);
/* The targets by their last verdict. */
void status_tally(const struct status *status, size_t counts[VERDICT_STATUS_MAX]);
/* The seconds of a gap that lie between these times; a gap that lasts ends at until_us. */
int64_t status_gap_seconds(const struct status_gap *gap, int64_t from_us, int64_t until_us);

#endif
