/*
 * A record that is no measurement, told to a person: an event (what began, changed or ended, between when and when, who says so) or a
 * round (the state of the line). Pure: from the record to sentences; probe/story_screen.c puts them on a screen.
 */
#ifndef RESULTS_STORY_H
#define RESULTS_STORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "results/verdict.h"

struct arena;
struct event_info;
struct event_target;
struct measurement;

struct story_line {
	const char *label; /* "began"; the same as the line before: it goes on */
	const char *text;
};

/* A record that the event leans on. */
struct story_evidence {
	const char *id;
	/* What it says, as far as it was found: story_found. */
	int64_t start_us; /* 0: not looked up, or not there any more */
	const char *target;
	enum verdict_status status;
	enum mechanism mechanism;
};

struct story {
	enum verdict_status status; /* for a symbol and a colour */
	const char *title; /* "an anomaly began" */
	const char *words; /* all of it in a sentence or three */
	struct story_line *lines;
	size_t nlines;
	struct story_evidence *evidence; /* in the order of time */
	size_t nevidence;
	bool looked_up; /* the evidence was, or what could be found of it; for whoever looked to set */
	int64_t evidence_dropped; /* how many more there were, between the oldest and the newest */
	const char *meaning;
	const char **alternatives;
	size_t nalternatives;
	const char **would_settle;
	size_t nwould_settle;
};

/* m->event or m->round is there. Allocates in m's arena. */
void story_of(struct measurement *m, struct story *out);
/* A record that may be one of the evidence: notes what it says, in the arena. */
void story_found(struct story *story, struct arena *arena, const struct measurement *record);
/* All of the evidence has been found. */
bool story_is_complete(const struct story *story);

/* --- parts, in results/story*.c only --- */

void story_of_event(struct measurement *m, struct story *out); /* story_event.c */
void story_of_round(struct measurement *m, struct story *out); /* story_round.c */
void story_add(struct measurement *m, struct story *out, const char *label, const char *text);
/* Texts that end with NULL. */
void story_add_alternatives(struct measurement *m, struct story *out, const char *const *texts);
void story_add_remedies(struct measurement *m, struct story *out, const char *const *texts);

#endif
