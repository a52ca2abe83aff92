/*
 * A chronicle: what happens to a country and to a probe in it over days and weeks, day by day and minute by minute; an INI file. Beside
 * it a [world], for those who play it.
 *
 *	[month]
 *	title = TEXT
 *	days = 30
 *	every = 1h			how often the probe measures: s, m, h or d
 *	scale = 1			of its limits
 *	setting = SECTION KEY = VALUE	more of its configuration
 *	target = URL...
 *	[episode NAME]
 *	title = TEXT			its name in what is told, else NAME
 *	what = KIND			see the table in chronicle.c
 *	at = DAY HH:MM[:SS]		from 1
 *	lasts = 5h20m
 *	rule = ...			block, harmless, network: of the censor's, from then until then
 *	target = URL...			block, harmless: whom it hits
 *	mechanism = NAME,NAME		block: what it may be called
 *	cause = NAME			network: what the gap is called
 *	step = SECONDS			clock: how far the clock is wrong meanwhile
 */
#ifndef LAB_CHRONICLE_H
#define LAB_CHRONICLE_H

#include <stdint.h>

#include "results/event.h"
#include "tests/lab/scenario.h"

enum episode_kind {
	EPISODE_BLOCK,   /* the censor hits some sites */
	EPISODE_NETWORK, /* the censor, or a portal, hits everything */
	EPISODE_HARMLESS, /* some sites look as if they had died: of that nothing is to be told */
	EPISODE_LINK,    /* the cable is out */
	EPISODE_GATEWAY, /* the router is dead */
	EPISODE_SUSPEND, /* the machine sleeps */
	EPISODE_STALL,   /* the process is stopped, the machine is not */
	EPISODE_POWER,   /* the machine is off: SIGKILL, and another boot */
	EPISODE_KILL,    /* SIGKILL, and a new start */
	EPISODE_STOP,    /* SIGTERM, and a new start */
	EPISODE_PAUSE,   /* netvane pause, netvane resume */
	EPISODE_CLOCK,   /* the wall clock is wrong, and then set right */
	EPISODE_KIND_MAX
};
const char *episode_kind_name(enum episode_kind kind);

struct chronicle_episode {
	const char *name;
	enum episode_kind kind;
	int64_t from_s, until_s; /* since the beginning of the chronicle */
	size_t first_rule, nrules; /* of the chronicle's */
	struct words targets;
	const char *mechanisms; /* words with commas; NULL any */
	enum gap_cause cause; /* GAP_NONE: it is no gap */
	int step_s;
};

struct chronicle {
	struct arena *arena;
	const char *path, *title;
	int days;
	int64_t every_s;
	double scale;
	struct words targets;
	struct words settings; /* lines of its configuration, sections and all */
	struct rule *rules; /* all are off: an episode's begin switches its on */
	size_t nrules;
	struct chronicle_episode *episodes; /* as they stand in the file */
	size_t nepisodes;
};

/* Logs what is wrong, with section and key, and returns NULL. */
struct chronicle *chronicle_read(const char *path);
/* NULL is fine. */
void chronicle_free(struct chronicle *chronicle);
/* Switches its rules on or off. */
void chronicle_switch(struct chronicle *chronicle, const struct chronicle_episode *episode, bool on);

#endif
