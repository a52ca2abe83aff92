/* What the detector of anomalies remembers; for its own files: anomaly.c, anomaly_X.c. */
#ifndef PROBE_ANOMALY_STATE_H
#define PROBE_ANOMALY_STATE_H

#include "probe/anomaly.h"
#include "probe/sighting.h"

/* 32 hex digits; "" none. Of longer ones the beginning is kept. */
enum { ANOMALY_ID_SIZE = 33, ANOMALY_HASH_SIZE = 65, ANOMALY_AUTHORITY_SIZE = 65, ANOMALY_EVIDENCE_MOST = ANOMALY_WINDOW_MOST + 1 };

/* A moment on both clocks; us 0: none. */
struct moment {
	int64_t us, mono_ns;
};

/* One measurement, as far as an event may want it. */
struct glimpse {
	struct moment start;
	int64_t end_us;
	struct event_view view;
	char record[ANOMALY_ID_SIZE], round[ANOMALY_ID_SIZE];
};

/* One that could tell. Of a good one nothing more is kept. */
struct seen {
	bool bad;
	struct glimpse it;
	struct glimpse good; /* the last good one before it */
};

enum phase {
	PHASE_CALM,
	PHASE_OPEN, /* an anomaly is on */
	PHASE_RECOVERED, /* it ended here; others may still have it, or it may return */
	PHASE_MAX
};

/* What a target's last measurement brought, until the round is settled. */
enum pending {
	PENDING_NONE,
	PENDING_OPENED,
	PENDING_CHANGED,
	PENDING_FLAPS, /* is now known to come and go */
	PENDING_CLOSED,
	PENDING_MAX
};

struct evidence {
	int64_t us;
	char record[ANOMALY_ID_SIZE];
};

struct news {
	enum pending pending;
	bool returned; /* opened: the anomaly that it had before is back */
	struct event_bracket when;
	struct event_view before, after;
	struct evidence evidence[ANOMALY_EVIDENCE_MOST];
	size_t nevidence;
};

/* A certificate with a new key of a new issuer, seen once; first.start.us 0: none. */
struct stranger {
	char key[ANOMALY_HASH_SIZE], issuer[ANOMALY_HASH_SIZE];
	struct glimpse first, good;
	bool pending; /* seen twice */
	struct glimpse second;
};

/* A target in one network. */
struct watched {
	char *network, *url, *group;
	bool dirty;
	/* Of all measurements. */
	struct glimpse newest;
	int stale; /* how many came in a row that are older than it, each newer than the one before, by other clocks */
	struct moment stale_at;
	/* Of those that could tell. */
	struct seen window[ANOMALY_WINDOW_MOST]; /* oldest first */
	int nwindow;
	struct glimpse good; /* the newest good one */
	struct glimpse bad; /* the newest bad one */
	int good_run; /* good ones in a row, while not calm */
	struct glimpse good_first; /* the first of them */
	char authority[ANOMALY_AUTHORITY_SIZE]; /* who vouched for the newest good one; "" unknown, or cut short */
	struct stranger stranger;
	/* Of its anomaly, where phase is not calm. */
	enum phase phase;
	char anomaly[ANOMALY_ID_SIZE];
	struct event_view told; /* as it was last told */
	struct event_bracket onset;
	char onset_round[ANOMALY_ID_SIZE]; /* in which it failed first */
	struct moment opened; /* the measurement that failed first */
	struct moment solid; /* the newest bad one that surely was */
	struct glimpse told_last; /* the newest bad one that was as told */
	int other_run; /* bad ones in a row that were not as told, and alike */
	struct glimpse other_first;
	int changes, returns;
	bool intermittent;
	struct moment recovered; /* the measurement that decided it */
	struct news news;
};

/* An anomaly, of one target or of several. */
struct episode {
	char id[ANOMALY_ID_SIZE];
	int number; /* they are in the order of these */
	char *network;
	enum verdict_stage stage;
	struct event_bracket onset; /* from the earliest of its targets to the latest */
	struct event_bracket act; /* what lies in all their brackets: when it was done, if one act did it */
	struct moment opened; /* found */
	bool open;
	struct moment closed; /* where not open */
	int events; /* told of it */
	bool fresh; /* found in this round; never so after it is settled */
	bool dirty;
};

struct anomalies {
	struct anomaly_rules rules;
	struct watched **targets; /* by network and URL */
	size_t ntargets, targets_room;
	struct episode *episodes; /* oldest first */
	size_t nepisodes, episodes_room;
	char round[ANOMALY_ID_SIZE]; /* being fed */
	struct glimpse now; /* the last measurement of any target */
	bool dirty; /* those two */
	char **gone; /* keys of items that were saved and are no more */
	size_t ngone;
};

/* --- anomaly.c ------------------------------------------------------------------------------- */

void copy_id(char out[ANOMALY_ID_SIZE], const char *id);
/* 32 hex digits that follow from the words, of which b may be NULL. */
void make_id(char out[ANOMALY_ID_SIZE], const char *what, const char *a, const char *b, int n);
/* When it began. */
struct moment moment_of(const struct sighting *s);
/*
 * At least how much time lay between: what the wall clock says or what the other says, whichever is more. Of another boot the
 * latter says too little; a clock set back has the former do so.
 */
int64_t moment_elapsed_us(const struct moment *from, const struct moment *to);
/*
 * From the start of one measurement to the end of a later one. Where the clocks disagree the earlier beginning counts; where it would
 * not lie before the end, it is not known.
 */
struct event_bracket bracket_of(const struct moment *before, const struct glimpse *first);
struct watched *anomalies_find(const struct anomalies *a, const char *network, const char *url);
/* Found or made. */
struct watched *anomalies_watch(struct anomalies *a, const char *network, const char *url);
struct episode *episode_find(const struct anomalies *a, const char *id);
struct episode *episode_add(struct anomalies *a);
/* Removes it, and its targets have none. */
void episode_remove(struct anomalies *a, size_t i);
/* Those without targets. */
void episodes_remove_empty(struct anomalies *a);

/* --- anomaly_save.c -------------------------------------------------------------------------- */

enum { ANOMALY_TEXT_VERSION = 1 };
extern const char *const phase_names[PHASE_MAX];
extern const char *const pending_names[PENDING_MAX];

/* --- anomaly_target.c ------------------------------------------------------------------------ */

/* Takes a measurement into account that is neither older than nor the same as one before. */
void watched_take(struct watched *w, const struct anomaly_rules *rules, const struct sighting *s);
/* Its times cannot be compared with those to come; an anomaly goes on. */
void watched_forget_history(struct watched *w);
/* It has no anomaly. */
void watched_calm(struct watched *w);

/* --- anomaly_certificate.c ------------------------------------------------------------------- */

/* g: a good measurement that is not w->good yet. */
void stranger_take(struct watched *w, const struct sighting *s, const struct glimpse *g);
/* Tells what is pending: what turned to one issuer in this round is one event. */
void strangers_settle(struct anomalies *a, struct arena *arena, occurrence_tell *tell, void *arg);

/* --- anomaly_event.c ------------------------------------------------------------------------- */

/* What targets have in common, from their news. */
struct event_info *event_of_news(
    struct arena *arena, enum event_kind kind, struct watched *const *members, size_t n);
/* In the order of time, which all is brought into, and the middle left out where there are many. */
void event_add_evidence(struct arena *arena, struct event_info *info, struct evidence *all, size_t n);
struct event_bracket bracket_hull(struct event_bracket a, struct event_bracket b);
void anomalies_tell(struct anomalies *a, const char *id, struct event_info *info, struct arena *arena,
    occurrence_tell *tell, void *arg);

#endif
