/* Chronicles: INI, read with inih. */
#include "tests/lab/chronicle.h"

#include <ini.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "tests/lab/censor.h"

enum { DAY_S = 86400, DAYS_MOST = 400 };

static const struct {
	const char *name;
	enum gap_cause cause; /* what its silence is called, where that needs no saying */
} kinds[EPISODE_KIND_MAX] = {
    [EPISODE_BLOCK] = {"block", GAP_NONE},
    [EPISODE_NETWORK] = {"network", GAP_NONE},
    [EPISODE_HARMLESS] = {"harmless", GAP_NONE},
    [EPISODE_LINK] = {"link", GAP_NO_LINK},
    [EPISODE_GATEWAY] = {"gateway", GAP_NO_GATEWAY},
    [EPISODE_SUSPEND] = {"suspend", GAP_SUSPENDED},
    [EPISODE_STALL] = {"stall", GAP_STALLED},
    [EPISODE_POWER] = {"power", GAP_POWERED_OFF},
    [EPISODE_KILL] = {"kill", GAP_KILLED},
    [EPISODE_STOP] = {"stop", GAP_STOPPED},
    [EPISODE_PAUSE] = {"pause", GAP_PAUSED},
    [EPISODE_CLOCK] = {"clock", GAP_CLOCK_STEP},
};

const char *
episode_kind_name(enum episode_kind kind)
{
	return kinds[kind].name;
}

/* --- values: each returns NULL, or what is wrong ---------------------------------------------- */

struct reading {
	struct chronicle *chronicle;
	struct chronicle_episode *episode; /* NULL: in [month] */
	const char *section;
	int wrong;
};

/* "1h30m", "45s" */
static const char *
read_duration(const char *text, int64_t *out)
{
	static const struct {
		char letter;
		int64_t seconds;
	} units[] = {{'d', DAY_S}, {'h', 3600}, {'m', 60}, {'s', 1}};
	const char *p = text;
	int64_t sum = 0;
	size_t i;
	char *end;
	long n;

	while (*p != '\0') {
		n = strtol(p, &end, 10);
		for (i = 0; i < 4 && units[i].letter != *end; i++)
			;
		if (end == p || n < 0 || n > 100000 || i == 4)
			break;
		sum += n * units[i].seconds;
		p = end + 1;
	}
	*out = sum;
	return *p == '\0' && sum > 0 ? NULL : "should be a time such as 1h30m";
}

static const char *
read_moment(const char *text, int64_t *out)
{
	int day, hour, minute, second = 0, n = 0;

	if (sscanf(text, "%d %d:%d%n:%d%n", &day, &hour, &minute, &n, &second, &n) < 3 || text[n] != '\0' || day < 1 ||
	    day > DAYS_MOST || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59)
		return "should be a day and a time, such as 3 04:17:20";
	*out = (int64_t)(day - 1) * DAY_S + hour * 3600 + minute * 60 + second;
	return NULL;
}

static const char *
read_words(struct arena *arena, struct words *words, const char *value)
{
	char *copy = arena_strdup(arena, value), *word, *rest = NULL;

	for (word = strtok_r(copy, " \t", &rest); word != NULL; word = strtok_r(NULL, " \t", &rest))
		*ARENA_PUSH(arena, words->items, words->n) = word;
	return NULL;
}

static const char *
read_number(const char *text, double least, double most, double *out)
{
	char *end;

	*out = strtod(text, &end);
	return end != text && *end == '\0' && *out >= least && *out <= most ? NULL : "is not a number, or out of range";
}

/* "schedule jitter = 0.2" */
static const char *
read_setting(struct chronicle *c, const char *value)
{
	size_t n = strcspn(value, " \t");

	if (value[n] == '\0' || strchr(value, '=') == NULL)
		return "should be SECTION KEY = VALUE";
	*ARENA_PUSH(c->arena, c->settings.items, c->settings.n) =
	    arena_printf(c->arena, "[%.*s]\n%s\n", (int)n, value, value + n + strspn(value + n, " \t"));
	return NULL;
}

static const char *
read_rule(struct chronicle *c, struct chronicle_episode *e, const char *value)
{
	struct rule *rule;
	const char *wrong;

	if (c->nrules == CENSOR_RULES)
		return "is one rule too many";
	rule = ARENA_PUSH(c->arena, c->rules, c->nrules);
	wrong = rule_parse(rule, value, c->arena);
	/* Its time is the episode's. */
	rule->from_s = (double)INFINITY;
	e->nrules++;
	return wrong;
}

static const char *
read_kind(struct chronicle_episode *e, const char *value)
{
	int i = 0;

	while (i < EPISODE_KIND_MAX && strcmp(kinds[i].name, value) != 0)
		i++;
	if (i == EPISODE_KIND_MAX)
		return "is nothing that can happen";
	e->kind = (enum episode_kind)i;
	e->cause = kinds[i].cause;
	return NULL;
}

static const char *
read_cause(struct chronicle_episode *e, const char *value)
{
	e->cause = gap_cause_find(value);
	return e->cause != GAP_CAUSE_MAX ? NULL : "is no cause of a gap";
}

static const char *
take_month(struct chronicle *c, const char *name, const char *value)
{
	const char *wrong = NULL;
	double number;

	if (strcmp(name, "title") == 0)
		c->title = arena_strdup(c->arena, value);
	else if (strcmp(name, "days") == 0) {
		wrong = read_number(value, 1, DAYS_MOST, &number);
		c->days = wrong == NULL ? (int)number : 0;
	} else if (strcmp(name, "every") == 0)
		wrong = read_duration(value, &c->every_s);
	else if (strcmp(name, "scale") == 0)
		wrong = read_number(value, 0.001, 1000, &c->scale);
	else if (strcmp(name, "setting") == 0)
		wrong = read_setting(c, value);
	else if (strcmp(name, "target") == 0)
		wrong = read_words(c->arena, &c->targets, value);
	else
		wrong = "is no key of a month";
	return wrong;
}

static const char *
take_episode(struct chronicle *c, struct chronicle_episode *e, const char *name, const char *value)
{
	const char *wrong = NULL;
	double number;

	if (strcmp(name, "title") == 0)
		e->name = arena_strdup(c->arena, value);
	else if (strcmp(name, "what") == 0)
		wrong = read_kind(e, value);
	else if (strcmp(name, "at") == 0)
		wrong = read_moment(value, &e->from_s);
	else if (strcmp(name, "lasts") == 0)
		wrong = read_duration(value, &e->until_s);
	else if (strcmp(name, "rule") == 0)
		wrong = read_rule(c, e, value);
	else if (strcmp(name, "target") == 0)
		wrong = read_words(c->arena, &e->targets, value);
	else if (strcmp(name, "mechanism") == 0)
		e->mechanisms = arena_strdup(c->arena, value);
	else if (strcmp(name, "cause") == 0)
		wrong = read_cause(e, value);
	else if (strcmp(name, "step") == 0) {
		wrong = read_number(value, -1e7, 1e7, &number);
		e->step_s = wrong == NULL ? (int)number : 0;
	} else
		wrong = "is no key of an episode";
	return wrong;
}

/* --- the file ---------------------------------------------------------------------------------- */

static void
begin_section(struct reading *r, const char *section)
{
	struct chronicle *c = r->chronicle;
	struct chronicle_episode *e;

	r->section = arena_strdup(c->arena, section);
	r->episode = NULL;
	if (strncmp(section, "episode ", 8) != 0)
		return;
	e = r->episode = ARENA_PUSH(c->arena, c->episodes, c->nepisodes);
	e->name = r->section + 8;
	e->kind = EPISODE_KIND_MAX;
	e->from_s = -1;
	e->first_rule = c->nrules;
}

static int
take_value(void *arg, const char *section, const char *name, const char *value)
{
	struct reading *r = arg;
	const char *wrong = "is in a section that there is not";

	if (strcmp(section, "world") == 0)
		return 1;
	if (r->section == NULL || strcmp(section, r->section) != 0)
		begin_section(r, section);
	if (r->episode != NULL)
		wrong = take_episode(r->chronicle, r->episode, name, value);
	else if (strcmp(section, "month") == 0)
		wrong = take_month(r->chronicle, name, value);
	if (wrong != NULL) {
		log_errorx("%s: [%s] %s = %s: %s", r->chronicle->path, section, name, value, wrong);
		r->wrong++;
	}
	return 1;
}

/* What an episode lacks; NULL: nothing. */
static const char *
lacks(const struct chronicle *c, const struct chronicle_episode *e)
{
	if (e->kind == EPISODE_KIND_MAX)
		return "there is no 'what'";
	if (e->from_s < 0 || e->until_s == 0)
		return "there is no 'at', or no 'lasts'";
	if (e->until_s > (int64_t)c->days * DAY_S)
		return "it ends after the last day";
	if ((e->kind == EPISODE_BLOCK || e->kind == EPISODE_HARMLESS) && (e->targets.n == 0 || e->nrules == 0))
		return "what hits sites needs a 'rule' and a 'target'";
	if (e->kind == EPISODE_NETWORK && (e->cause == GAP_NONE || e->nrules == 0))
		return "what happens to the network needs a 'rule' and a 'cause'";
	if (e->kind == EPISODE_CLOCK && e->step_s == 0)
		return "a clock that is wrong needs a 'step'";
	return NULL;
}

static void
check(struct reading *r)
{
	struct chronicle *c = r->chronicle;
	const char *wrong;
	size_t i;

	if (c->days == 0 || c->every_s == 0 || c->targets.n == 0) {
		log_errorx("%s: [month] needs 'days', 'every' and a 'target'", c->path);
		r->wrong++;
	}
	for (i = 0; i < c->nepisodes; i++) {
		struct chronicle_episode *e = &c->episodes[i];

		if (e->until_s > 0)
			e->until_s += e->from_s;
		wrong = lacks(c, e);
		if (wrong != NULL) {
			log_errorx("%s: [episode %s]: %s", c->path, e->name, wrong);
			r->wrong++;
		}
	}
}

struct chronicle *
chronicle_read(const char *path)
{
	struct arena *arena = arena_new();
	struct chronicle *c = arena_alloc(arena, sizeof(*c));
	struct reading reading = {.chronicle = c};
	int line;

	c->arena = arena;
	c->path = arena_strdup(arena, path);
	c->title = c->path;
	c->scale = 1;
	line = ini_parse(path, take_value, &reading);
	if (line < 0)
		log_error("cannot read the chronicle %s", path);
	else if (line > 0)
		log_errorx("%s:%d: this is neither [section] nor key = value, or too long", path, line);
	else
		check(&reading);
	if (line == 0 && reading.wrong == 0)
		return c;
	chronicle_free(c);
	return NULL;
}

void
chronicle_free(struct chronicle *chronicle)
{
	if (chronicle != NULL)
		arena_free(chronicle->arena);
}

void
chronicle_switch(struct chronicle *chronicle, const struct chronicle_episode *episode, bool on)
{
	size_t i;

	for (i = 0; i < episode->nrules; i++)
		chronicle->rules[episode->first_rule + i].from_s = on ? 0 : (double)INFINITY;
}
